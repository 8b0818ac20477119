from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LabelsConfig(AppConfig):
    name = "firmament.kernel.labels"
    label = "labels"
    verbose_name = _("Tags and folders")

    def ready(self) -> None:
        import_module("firmament.kernel.labels.checks")
