"""Pages of this room that stand together."""

from django.utils.translation import gettext as _

from firmament.kernel.policies.kernel_powers import Can as Powers
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.tabs import tabs
from firmament.modules.firms.policies import Can
from firmament.ui.shapes import Tab


def people_tabs(request: FirmRequest, here: str) -> tuple[Tab, ...]:
    """People and their teams."""
    return tabs(
        request,
        here,
        (
            ("firms:people", _("People"), Can.VIEW_PEOPLE),
            ("firms:teams", _("Teams"), Powers.VIEW_TEAMS),
        ),
    )


def settings_tabs(request: FirmRequest, here: str) -> tuple[Tab, ...]:
    """How the firm is set up, and how it looks."""
    return tabs(
        request,
        here,
        (("firms:settings", _("General"), Can.VIEW_SETTINGS), ("firms:brand", _("Brand"), Can.VIEW_SETTINGS)),
    )
