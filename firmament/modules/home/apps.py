from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.menu import MenuEntry, Section


class HomeConfig(AppConfig):
    name = "firmament.modules.home"
    label = "home"
    verbose_name = _("Home")
    icon = "home"
    requires = ("clients", "documents")
    menu = (MenuEntry(Section.HOME, _("Home"), "home:home", "home", "home.view"),)
    portal_menu = (MenuEntry(Section.HOME, _("Home"), "home_portal:home", "home", "home.view_portal"),)
