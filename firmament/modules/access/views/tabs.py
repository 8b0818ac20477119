"""Pages of this room that stand together."""

from django.utils.translation import gettext as _

from firmament.kernel.identity.policies import Can as Identity
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.tabs import tabs
from firmament.ui.shapes import Tab


def access_tabs(request: FirmRequest, here: str) -> tuple[Tab, ...]:
    """Roles, walls, duties kept apart, what is lent, keys of programs, the questions who and why, and who looked as whom."""
    return tabs(
        request,
        here,
        (
            ("access:roles", _("Roles"), Can.VIEW_ROLES),
            ("access:walls", _("Ethical walls"), Can.VIEW_WALLS),
            ("access:duties", _("Duties apart"), Can.VIEW_DUTIES),
            ("access:lent", _("Lent powers"), Can.VIEW_DELEGATIONS),
            ("access:tokens", _("API tokens"), Identity.VIEW_TOKENS),
            ("access:who", _("Who can see…?"), Can.VIEW_AUDIENCE),
            ("access:why", _("Why can, or cannot…?"), Can.EXPLAIN),
            ("access:looks", _("Seen as"), Identity.VIEW_LOOKS),
        ),
    )
