from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    name = "firmament.kernel.web"
    label = "web"
    verbose_name = _("Views of lists")

    def ready(self) -> None:
        import_module("firmament.kernel.web.checks")
        # Every process knows the words of every code (`ledger.words`), whatever else it reads.
        import_module("firmament.kernel.web.titles")
