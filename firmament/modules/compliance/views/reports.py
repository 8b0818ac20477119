"""Reports: what is ordered, what was made, and taking one out of the house."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firmament.kernel.files.delivery import signed_url
from firmament.kernel.files.models import StoredFile
from firmament.kernel.jobs.models import OPEN, JobRun
from firmament.kernel.ledger.models import Entry
from firmament.kernel.policies.authority import holders_of
from firmament.kernel.policies.decide import may, require
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.compliance import boards_for, every_board
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.forms import sent
from firmament.kernel.web.links import go, link
from firmament.kernel.web.page import form_page, page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.modules.compliance.actions import (
    change_order,
    may_open,
    may_take,
    order_report,
    request_report,
    stop_order,
)
from firmament.modules.compliance.events import ReportRequested
from firmament.modules.compliance.forms import OrderForm
from firmament.modules.compliance.models import ComplianceReport, ReportOrder, ReportRecipient
from firmament.modules.compliance.policies import Can
from firmament.modules.compliance.reports.shown import Shown, shown
from firmament.modules.compliance.views.boards import tabs_of
from firmament.ui.shapes import Crumb

# More than three years of a monthly report; older ones are there for programs.
LISTED = 40
FILES = ("pdf", "csv")


@require_safe
@staff_page(Can.VIEW)
def reports(request: FirmRequest) -> HttpResponse:
    """What is ordered and what was made, the newest first; what is being made says so."""
    actor = request.actor
    orders = ReportOrder.objects.visible_to(actor).standing().select_related("ordered_by__user")
    ended = ReportOrder.objects.visible_to(actor).filter(stopped_at__isnull=False).exclude(stopped_why="")
    made = ComplianceReport.objects.visible_to(actor).select_related("made_as__user", "order")
    standing = list(orders.exclude(rhythm=ReportOrder.Rhythm.ONCE).order_by("title", "pk"))
    context = {
        "tabs": tabs_of(request, "reports"),
        "orders": [_order_words(order) for order in standing],
        "told": _recipients(standing),
        "ended": list(ended.order_by("-stopped_at")[:5]),
        "made": list(made.order_by("-made_at", "-pk")[:LISTED]),
        "run": _at_work(),
        "may_order": may(actor, Can.ORDER_REPORTS),
    }
    response = page(request, "compliance/reports.html#progress", context)
    if context["run"] is None and request.headers.get("HX-Target", "").endswith("#progress"):
        # What was watched has come to its end; the list around it holds it now.
        response.headers["HX-Refresh"] = "true"
    return response


def _at_work() -> JobRun | None:
    """The making of the report that was asked for last, while it is not done."""
    asked = Entry.objects.filter(code=ReportRequested.code).order_by("-occurred_at", "-pk")
    entry_id = asked.values_list("pk", flat=True).first()
    run = JobRun.objects.following(entry_id).first() if entry_id else None
    return run if isinstance(run, JobRun) and run.state in OPEN else None


def _order_words(order: ReportOrder) -> dict[str, Any]:
    titles = {board.key: str(board.title) for board in every_board()}
    return {
        "order": order,
        "boards": ", ".join(titles.get(key, key) for key in order.boards),
        "by": order.ordered_by.user.name,
    }


def _recipients(orders: Iterable[ReportOrder]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    rows = ReportRecipient.objects.filter(order__in=[order.pk for order in orders])
    for order_id, name in rows.order_by("membership__user__name").values_list(
        "order_id", "membership__user__name"
    ):
        found.setdefault(order_id, []).append(name)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.ORDER_REPORTS)
def order_new(request: FirmRequest) -> HttpResponse:
    """Order a report, from now on or once."""
    form = _form(
        request,
        {"boards": [one.key for one in boards_for(request.actor)], "title": _("Compliance report")},
    )
    if form.is_bound and form.is_valid():
        done, order = form.carry_out(lambda: order_report(request.actor, **form.asked()))
        if done and order is not None:
            toast(request, _("It is being made.") if order.next_on is None else _("It is ordered."))
            return go("compliance:reports")
    return _form_page(request, form, title=_("Order a report"), submit=_("Order it"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.ORDER_REPORTS)
def order_change(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What it shows, how often, and who is told, from the next one on."""
    order = _order(request, pk)
    told = ReportRecipient.objects.filter(order=order).values_list("membership_id", flat=True)
    initial = {name: getattr(order, name) for name in ("title", "boards", "rhythm", "covers")}
    form = _form(request, {**initial, "recipients": [str(one) for one in told]})
    form.leave_out(ReportOrder.Rhythm.ONCE)
    if form.is_bound and form.is_valid():
        done, _changed = form.carry_out(lambda: change_order(request.actor, order, **form.asked()))
        if done:
            toast(request, _("It is made like this from the next one on."))
            return go("compliance:reports")
    return _form_page(request, form, title=_("Change the report"), submit=_("Save"))


def _form(request: FirmRequest, initial: dict[str, Any]) -> OrderForm:
    members: list[Membership] = list(holders_of(Can.EXPORT))
    return OrderForm(sent(request), offered=boards_for(request.actor), members=members, initial=initial)


def _form_page(request: FirmRequest, form: OrderForm, *, title: str, submit: str) -> HttpResponse:
    return form_page(
        request, form, title=title, submit=submit, back_url=link("compliance:reports"), crumbs=_crumbs()
    )


@require_POST
@staff_page(Can.ORDER_REPORTS)
def order_make(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One now, beside its rhythm."""
    request_report(request.actor, _order(request, pk))
    toast(request, _("It is being made."))
    return go("compliance:reports")


@require_POST
@staff_page(Can.ORDER_REPORTS)
def order_stop(request: FirmRequest, pk: UUID) -> HttpResponse:
    """No more of them."""
    stop_order(request.actor, _order(request, pk))
    toast(request, _("No more of these reports are made. Those that were made stay."))
    return go("compliance:reports")


def _order(request: FirmRequest, pk: UUID) -> ReportOrder:
    rows = ReportOrder.objects.visible_to(request.actor).standing()
    # A page that is only looked at locks nothing, and may not.
    found: ReportOrder = get_object_or_404(
        rows.select_for_update() if request.method == "POST" else rows, pk=pk
    )
    return found


@require_safe
@staff_page(Can.VIEW)
def report(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One report: its figures as they were, and its files."""
    found = _report(request, pk)
    opened = may_open(request.actor, found)
    contents: tuple[Shown, ...] = shown(found.figures) if opened else ()
    context = {
        "report": found,
        "open": opened,
        "boards": contents,
        "left_out": found.figures["left_out"],
        "may_export": may(request.actor, Can.EXPORT),
        "files": [
            {
                "file": getattr(found, form),
                "form": form,
                "sha256": getattr(found, f"{form}_sha256"),
                "ready": getattr(found, form).is_ready,
                "stopped": getattr(found, form).state == StoredFile.State.QUARANTINED,
            }
            for form in FILES
        ],
        "crumbs": _crumbs(),
    }
    return page(request, "compliance/report.html", context)


@require_safe
@staff_page(Can.EXPORT)
def report_file(request: FirmRequest, pk: UUID, form: str) -> HttpResponse:
    """The paper or the table itself, by a link for this person and this minute; each time is written down."""
    found = _report(request, pk)
    if form not in FILES:
        raise Http404
    require(request.actor, Can.EXPORT, found)
    file: StoredFile = getattr(found, form)
    if not may_take(request.actor, found) or not file.is_ready:
        # The page says why there is nothing to open.
        toast(request, _("There is no file to open."), tone="warning")
        return go("compliance:report", pk=found.pk)
    return HttpResponseRedirect(signed_url(request.actor, file, power=Can.EXPORT, subject=found))


def _report(request: FirmRequest, pk: UUID) -> ComplianceReport:
    rows = ComplianceReport.objects.visible_to(request.actor)
    found: ComplianceReport = get_object_or_404(
        rows.select_related("pdf", "csv", "order", "made_as__user"), pk=pk
    )
    return found


def _crumbs() -> tuple[Crumb, ...]:
    return (
        Crumb(label=_("Compliance"), url=link("compliance:overview")),
        Crumb(label=_("Reports"), url=link("compliance:reports")),
    )
