from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class MacrosConfig(AppConfig):
    name = "firmament.kernel.macros"
    label = "macros"
    verbose_name = _("Macros")
    client_purging = ("firmament.kernel.macros.records.forget_client",)

    def ready(self) -> None:
        import_module("firmament.kernel.macros.checks")
        # Every process knows every step: what a macro asks for and nobody offers is an error and not a gap.
        autodiscover_modules("steps")
