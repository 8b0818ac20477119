from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.menu import MenuEntry, Section


class OperationsConfig(AppConfig):
    name = "firmament.modules.operations"
    label = "operations"
    verbose_name = _("Operations")
    icon = "robot"
    requires = ()
    menu = (
        MenuEntry(
            Section.ADMINISTRATION,
            _("Messages sent"),
            "operations:messages",
            "send",
            "operations.view_messages",
            order=2,
        ),
        MenuEntry(
            Section.ADMINISTRATION,
            _("Background work"),
            "operations:jobs",
            "robot",
            "operations.view_jobs",
            order=3,
        ),
    )
