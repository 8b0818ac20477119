"""The dashboard of document requests."""

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from firmament.kernel.web.dashboards import Chart, Dashboard, Stat, dashboard
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.documents.policies import Can
from firmament.modules.documents.reports import overview as reports
from firmament.modules.documents.views.lists import TABS

BOARD = Dashboard(
    name="documents.overview",
    title=_("Document requests"),
    url_name="documents:overview",
    tabs=TABS,
    tiles=(
        Stat(
            key=reports.ASKED,
            label=_("Documents asked for"),
            report=reports.flow,
            shape=reports.totals,
            icon="send",
        ),
        Stat(
            key=reports.HANDED_IN,
            label=_("Handed in"),
            report=reports.flow,
            shape=reports.totals,
            better="more",
            icon="upload",
        ),
        Stat(
            key=reports.ACCEPTED,
            label=_("Accepted"),
            report=reports.flow,
            shape=reports.totals,
            better="more",
            icon="check",
        ),
        Stat(
            key=reports.MEDIAN,
            label=_("Until half are handed in"),
            report=reports.flow,
            shape=reports.totals,
            better="less",
            unit="days",
            icon="hourglass",
        ),
        Chart(
            key="course",
            label=_("What happened to documents"),
            kind="line",
            report=reports.flow,
            shape=reports.documents_over_time,
            finding=reports.over_time_finding,
            wide=True,
            empty=_("No document was asked for, handed in or accepted in these days"),
        ),
        Chart(
            key="late",
            label=_("Requests past their date, now"),
            kind="ranked",
            report=reports.late_by_client,
            finding=reports.late_finding,
            unit=_("requests"),
            wide=True,
            empty=_("Nobody is late"),
        ),
    ),
)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.VIEW_REQUEST)
def overview(request: FirmRequest) -> HttpResponse:
    """How asking for documents goes; POST exports one table."""
    return dashboard(request, BOARD)
