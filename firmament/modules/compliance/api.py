"""Compliance for programs: reading boards, ordering reports, and fetching them."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from firmament.kernel.api.answers import dump, empty, one
from firmament.kernel.api.operations import operation
from firmament.kernel.api.paging import Cursor, Limit, Page, cursor_page
from firmament.kernel.api.problems import Problem
from firmament.kernel.api.versions import locked
from firmament.kernel.files.delivery import signed_url
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.web.compliance import boards_for
from firmament.kernel.web.requests import FirmRequest
from firmament.lib.periods import LONGEST, Period
from firmament.modules.compliance.actions import (
    change_order,
    may_open,
    order_report,
    request_report,
    stop_order,
)
from firmament.modules.compliance.models import ComplianceReport, ReportOrder
from firmament.modules.compliance.policies import Can
from firmament.modules.compliance.reports.papers import figures_of
from firmament.modules.compliance.schemas import (
    ORDER,
    REPORT,
    BoardOut,
    BoardsOut,
    LinkOut,
    OrderIn,
    OrderOut,
    ReportFiguresOut,
    ReportOut,
    with_figures,
)

router = Router(tags=["compliance"])
Key = Annotated[str, Field(max_length=40, description="A board, such as `powers`.")]


@router.get("/boards", response=BoardsOut)
@operation(Can.VIEW)
def list_boards(request: FirmRequest) -> HttpResponse:
    """The boards that the token sees."""
    found = [{"key": board.key, "title": str(board.title)} for board in boards_for(request.actor)]
    return dump(BoardsOut, {"data": found})


@router.get("/figures", response=BoardOut)
@operation(Can.VIEW, problems={422: "There is no such board, or no such span of days."})
def get_figures(request: FirmRequest, board: Key, first_on: date, last_on: date) -> HttpResponse:
    """The figures of a board on these days of the firm's calendar."""
    found = next((one for one in boards_for(request.actor) if one.key == board), None)
    if found is None:
        raise Problem(422, "no_such_board", _("There is no such board."))
    if not first_on <= last_on or (last_on - first_on).days >= LONGEST:
        raise Problem(422, "no_such_span", _("The last day is before the first, or the span is too long."))
    zone = ZoneInfo(current_firm().timezone)
    period = Period(kind="custom", first=first_on, last=last_on, zone=zone)
    section = figures_of(request.actor, [found], period)["boards"][0]
    return dump(BoardOut, {**section, "first_on": first_on, "last_on": last_on})


@router.get("/orders", response=Page[OrderOut])
@operation(Can.VIEW)
def list_orders(
    request: FirmRequest,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: Literal["created_at", "-created_at"] = "-created_at",
) -> HttpResponse:
    """What is reported, stopped orders among them."""
    rows = ReportOrder.objects.visible_to(request.actor)
    return cursor_page(request, rows, ORDER, limit=limit, cursor=cursor, sort=sort)


@router.post("/orders", response={201: OrderOut})
@operation(Can.ORDER_REPORTS)
def create_order(request: FirmRequest, body: OrderIn) -> HttpResponse:
    """Order a report, from now on or once; what is made shows what the token's person sees."""
    order = order_report(request.actor, **body.model_dump())
    return one(ReportOrder.objects.visible_to(request.actor), order.pk, ORDER, status=201)


@router.put("/orders/{uuid:pk}", response=OrderOut)
@operation(Can.ORDER_REPORTS, if_match=True)
def put_order(request: FirmRequest, pk: UUID, body: OrderIn) -> HttpResponse:
    """Make it like this from the next one on; it then shows what the token's person sees."""
    order = locked(request, ReportOrder.objects.visible_to(request.actor).standing(), pk)
    change_order(request.actor, order, **body.model_dump())
    return one(ReportOrder.objects.visible_to(request.actor), order.pk, ORDER)


@router.post("/orders/{uuid:pk}/make", response={204: None})
@operation(Can.ORDER_REPORTS)
def make_report(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One now, beside its rhythm; it stands among the reports when it is done."""
    request_report(request.actor, _order(request, pk))
    return empty()


@router.delete("/orders/{uuid:pk}", response={204: None})
@operation(Can.ORDER_REPORTS)
def delete_order(request: FirmRequest, pk: UUID) -> HttpResponse:
    """No more of them; what was made stays."""
    stop_order(request.actor, _order(request, pk))
    return empty()


@router.get("/reports", response=Page[ReportOut])
@operation(Can.VIEW)
def list_reports(
    request: FirmRequest,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: Literal["made_at", "-made_at"] = "-made_at",
    order_id: UUID | None = None,
) -> HttpResponse:
    """Reports that were made."""
    rows = ComplianceReport.objects.visible_to(request.actor)
    if order_id is not None:
        rows = rows.filter(order=order_id)
    return cursor_page(request, rows, REPORT, limit=limit, cursor=cursor, sort=sort)


@router.get("/reports/{uuid:pk}", response=ReportFiguresOut)
@operation(
    Can.VIEW, problems={403: "An ethical wall keeps the token's person from something that may stand in it."}
)
def get_report(request: FirmRequest, pk: UUID) -> HttpResponse:
    """A report with its figures, as they were."""
    return dump(ReportFiguresOut, with_figures(_opened(request, pk)))


@router.get("/reports/{uuid:pk}/{pdf_or_csv}", response=LinkOut)
@operation(
    Can.EXPORT,
    problems={
        403: "An ethical wall keeps the token's person from something that may stand in it.",
        409: "The file is still being looked at for malware.",
    },
)
def get_report_file(request: FirmRequest, pk: UUID, pdf_or_csv: Literal["pdf", "csv"]) -> HttpResponse:
    """A link to the paper or the table. Each download is written into the audit trail."""
    report = _opened(request, pk)
    require(request.actor, Can.EXPORT, report)
    file = getattr(report, pdf_or_csv)
    if not file.is_ready:
        raise Problem(409, "not_ready", _("The file is still being looked at for malware."))
    url = signed_url(request.actor, file, power=Can.EXPORT, subject=report)
    return dump(LinkOut, {"url": url, "sha256": getattr(report, f"{pdf_or_csv}_sha256")})


def _order(request: FirmRequest, pk: UUID) -> ReportOrder:
    found: ReportOrder = get_object_or_404(
        ReportOrder.objects.visible_to(request.actor).standing().select_for_update(), pk=pk
    )
    return found


def _opened(request: FirmRequest, pk: UUID) -> ComplianceReport:
    rows = ComplianceReport.objects.visible_to(request.actor).select_related("pdf", "csv")
    found: ComplianceReport = get_object_or_404(rows, pk=pk)
    if not may_open(request.actor, found):
        raise Problem(
            403, "walled", _("An ethical wall keeps you from something that may stand in this report.")
        )
    return found
