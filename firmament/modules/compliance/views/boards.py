"""The boards: one page for each, and one with the foremost figures of all."""

from dataclasses import replace
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from firmament.kernel.policies.decide import may
from firmament.kernel.web.compliance import ComplianceBoard, boards_for
from firmament.kernel.web.dashboards import Dashboard, dashboard
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.links import link
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.compliance.policies import Can
from firmament.ui.shapes import Tab

OVERVIEW = Dashboard(
    name="compliance.overview",
    title=gettext_lazy("Compliance"),
    about=gettext_lazy("What the firm must be able to answer for. Every figure leads to the rows behind it."),
    url_name="compliance:overview",
    export_power=Can.EXPORT,
    template="compliance/board.html",
    tiles=(),
)
# What the choice of days puts into the address; it is taken along from board to board.
DAYS = ("period", "from", "to", "compare")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.VIEW)
def overview(request: FirmRequest) -> HttpResponse:
    """The foremost figures of every board that the reader may see; POST exports one table."""
    seen = boards_for(request.actor)
    found = replace(OVERVIEW, tiles=tuple(tile for board in seen for tile in board.first))
    return dashboard(request, found, {"tabs": tabs_of(request, "")})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.VIEW)
def board(request: FirmRequest, key: str) -> HttpResponse:
    """One board; POST exports one table."""
    found = next((one for one in boards_for(request.actor) if one.key == key), None)
    if found is None:
        raise Http404
    drawn = replace(
        OVERVIEW, name=f"compliance.{key}", title=found.title, about=found.about, tiles=found.tiles
    )
    extra = {"tabs": tabs_of(request, key), "ask_url": link(found.ask) if found.ask else "", "shown": found}
    return dashboard(request, drawn, extra)


def tabs_of(request: FirmRequest, here: str) -> tuple[Tab, ...]:
    """The overview, each board, and the reports; `here` is the key of one of them."""
    days = {name: request.GET[name] for name in DAYS if name in request.GET}
    kept = f"?{urlencode(days)}" if days else ""
    boards: tuple[ComplianceBoard, ...] = boards_for(request.actor)
    return (
        Tab(label=_("Overview"), url=f"{link('compliance:overview')}{kept}", active=here == ""),
        *(
            Tab(
                label=str(one.title),
                url=f"{link(f'compliance:board_{one.key}')}{kept}",
                active=here == one.key,
            )
            for one in boards
        ),
        *(
            [Tab(label=_("Reports"), url=link("compliance:reports"), active=here == "reports")]
            if may(request.actor, Can.VIEW)
            else []
        ),
    )
