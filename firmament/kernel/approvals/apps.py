from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    name = "firmament.kernel.approvals"
    label = "approvals"
    verbose_name = _("Approvals")

    def ready(self) -> None:
        import_module("firmament.kernel.approvals.checks")
