"""Pages of this room that stand together."""

from django.utils.translation import gettext as _

from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.tabs import tabs
from firmament.modules.operations.policies import Can
from firmament.ui.shapes import Tab


def job_tabs(request: FirmRequest, here: str) -> tuple[Tab, ...]:
    """What is done in the background, and when it is done by the clock."""
    return tabs(
        request,
        here,
        (
            ("operations:jobs", _("Work"), Can.VIEW_JOBS),
            ("operations:schedules", _("Schedules"), Can.VIEW_JOBS),
        ),
    )
