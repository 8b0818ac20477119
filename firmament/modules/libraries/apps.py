from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LibrariesConfig(AppConfig):
    name = "firmament.modules.libraries"
    label = "libraries"
    verbose_name = _("Snippets as files")
    icon = "download"
    requires = ("snippets",)
    address = "snippets"
