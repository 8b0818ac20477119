from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.menu import MenuEntry, Section


class FirmsConfig(AppConfig):
    name = "firmament.modules.firms"
    label = "firms"
    verbose_name = _("Administration")
    icon = "settings"
    requires = ("access",)
    menu = (
        MenuEntry(Section.ADMINISTRATION, _("People"), "firms:people", "users-group", "firms.view_people"),
        MenuEntry(
            Section.ADMINISTRATION,
            _("Settings"),
            "firms:settings",
            "settings",
            "firms.view_settings",
            order=4,
        ),
    )
