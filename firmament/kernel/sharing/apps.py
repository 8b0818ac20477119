from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SharingConfig(AppConfig):
    name = "firmament.kernel.sharing"
    label = "sharing"
    verbose_name = _("Sharing")

    def ready(self) -> None:
        import_module("firmament.kernel.sharing.checks")
