from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.menu import MenuEntry, Section

ADMIN = Section.ADMINISTRATION


class OperatorsConfig(AppConfig):
    name = "firmament.modules.operators"
    label = "operators"
    verbose_name = _("Platform access")
    icon = "eye"
    requires = ()
    # What the firm calls it.
    address = "platform-access"
    menu = (
        MenuEntry(
            ADMIN, _("Platform access"), "operators:register", "eye", "breakglass.view_register", order=4
        ),
    )
    operator_menu = (
        MenuEntry(ADMIN, _("Overview"), "operate:firm", "layout-grid", "operators.view_overview"),
        MenuEntry(ADMIN, _("People"), "operate:people", "users", "operators.view_people", order=1),
        MenuEntry(ADMIN, _("Work"), "operate:work", "robot", "operators.view_work", order=2),
        MenuEntry(ADMIN, _("Messages"), "operate:messages", "send", "operators.view_messages", order=3),
        MenuEntry(ADMIN, _("Files"), "operate:files", "files", "operators.view_files", order=4),
        MenuEntry(ADMIN, _("Events"), "operate:events", "history", "operators.view_events", order=5),
    )
