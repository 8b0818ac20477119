"""The tabs that hold several pages of this room together, each only for who may open it."""

from django.utils.translation import gettext as _

from firmament.kernel.policies.decide import may
from firmament.kernel.policies.kernel_powers import Can as Powers
from firmament.kernel.web.links import link
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.firms.policies import Can
from firmament.ui.shapes import Tab


def people_tabs(request: FirmRequest, here: str) -> tuple[Tab, ...]:
    """People, roles, teams, walls, and the question why."""
    return _tabs(
        request,
        here,
        (
            ("firms:people", _("People"), Can.VIEW_PEOPLE),
            ("firms:teams", _("Teams"), Powers.VIEW_TEAMS),
            ("firms:roles", _("Roles"), Powers.VIEW_ROLES),
            ("firms:walls", _("Ethical walls"), Powers.VIEW_WALLS),
            ("firms:why", _("Why can, or cannot…?"), Powers.EXPLAIN),
        ),
    )


def job_tabs(request: FirmRequest, here: str) -> tuple[Tab, ...]:
    """What is done in the background, and when it is done by the clock."""
    return _tabs(
        request,
        here,
        (("firms:jobs", _("Work"), Can.VIEW_JOBS), ("firms:schedules", _("Schedules"), Can.VIEW_JOBS)),
    )


def settings_tabs(request: FirmRequest, here: str) -> tuple[Tab, ...]:
    """How the firm is set up, and how it looks."""
    return _tabs(
        request,
        here,
        (("firms:settings", _("General"), Can.VIEW_SETTINGS), ("firms:brand", _("Brand"), Can.VIEW_SETTINGS)),
    )


def _tabs(request: FirmRequest, here: str, entries: tuple[tuple[str, str, str], ...]) -> tuple[Tab, ...]:
    return tuple(
        Tab(label=label, url=link(name), active=name == here)
        for name, label, power in entries
        if may(request.actor, power)
    )
