from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.menu import MenuEntry, OperatorEntry, Section


class OperatorsConfig(AppConfig):
    name = "firmament.modules.operators"
    label = "operators"
    verbose_name = _("Platform access")
    icon = "eye"
    requires = ()
    # What the firm calls it.
    address = "platform-access"
    compliance_boards = ("firmament.modules.operators.reports.board.BOARD",)
    menu = (
        MenuEntry(
            Section.ADMINISTRATION,
            _("Platform access"),
            "operators:register",
            "eye",
            "breakglass.view_register",
            order=4,
        ),
    )
    operator_menu = (
        OperatorEntry(_("Overview"), "operate:firm", "layout-grid", "operators.view_overview"),
        OperatorEntry(_("People"), "operate:people", "users", "operators.view_people", order=1),
        OperatorEntry(_("Work"), "operate:work", "robot", "operators.view_work", order=2),
        OperatorEntry(_("Messages"), "operate:messages", "send", "operators.view_messages", order=3),
        OperatorEntry(_("Files"), "operate:files", "files", "operators.view_files", order=4),
        OperatorEntry(_("Events"), "operate:events", "history", "operators.view_events", order=5),
    )
