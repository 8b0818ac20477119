from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.menu import MenuEntry, Section


class AccessConfig(AppConfig):
    name = "firmament.modules.access"
    label = "access"
    verbose_name = _("Access")
    icon = "key"
    requires = ()
    # Where other pages lead for "who can see this?", "why can I not?" and "what do they see?".
    audience_page = "access:who"
    why_page = "access:why"
    look_page = "access:look_new"
    compliance_boards = ("firmament.modules.access.reports.duty_board.BOARD",)
    menu = (
        MenuEntry(
            Section.ADMINISTRATION,
            _("Access"),
            "access:roles",
            "shield-lock",
            "policies.view_roles",
            order=1,
            whole_room=True,
        ),
    )
