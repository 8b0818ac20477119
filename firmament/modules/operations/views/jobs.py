"""Background work: what runs, what failed and why, what the clock starts next."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firmament.kernel.jobs.models import OPEN, ErrorClass, JobRun, State
from firmament.kernel.jobs.registry import Lane
from firmament.kernel.ledger.models import Entry
from firmament.kernel.ledger.words import code_title
from firmament.kernel.policies.decide import allows, may
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.web import cells
from firmament.kernel.web.bulk import BulkAction
from firmament.kernel.web.cells import Column, Kind
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import ChoiceFilter, DateFilter, SearchFilter
from firmament.kernel.web.links import go, link
from firmament.kernel.web.lists import Empty, ListPage, list_page
from firmament.kernel.web.page import page, wants_fragment
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.modules.operations.actions import discard_job, replay_job, stop_job
from firmament.modules.operations.policies import Can
from firmament.modules.operations.reports import jobs as reports
from firmament.modules.operations.views.tabs import job_tabs
from firmament.ui import shapes
from firmament.ui.shapes import Crumb

FAILED_ONLY = gettext_lazy("Only work that has failed can be tried again or given up.")


def _title(row: Mapping[str, Any], value: Any) -> str:
    return format_html(
        '<a class="cell-title" href="{}">{}</a><span class="cell-sub">{}</span>',
        link("operations:job", pk=row["pk"]),
        code_title(value),
        row["error_text"],
    )


def _who(row: Mapping[str, Any], value: Any) -> str:
    by_itself = row["domain"] == Domain.SYSTEM or value is None
    return cells.actor(_("Firmament") if by_itself else row["who_name"] or _("Someone"), by_itself=by_itself)


def _replay(actor: Actor, run: JobRun) -> None:
    if not replay_job(actor, run):
        raise ValidationError(str(FAILED_ONLY))


def _discard(actor: Actor, run: JobRun) -> None:
    if not discard_job(actor, run):
        raise ValidationError(str(FAILED_ONLY))


LIST = ListPage(
    name="operations.jobs",
    title=gettext_lazy("Background work"),
    about=gettext_lazy(
        "What follows on its own: mail, reminders, scans, imports. What failed waits here for you."
    ),
    counted=lambda n: ngettext("%(n)s run", "%(n)s runs", n) % {"n": n},
    columns=(
        Column(key="code", label=gettext_lazy("Work"), needs=("error_text", "pk"), draw=_title),
        Column(
            key="state", label=gettext_lazy("State"), kind=Kind.STATUS, choices=State, tones=reports.TONES
        ),
        Column(key="error", label=gettext_lazy("Why"), path="error_class", choices=ErrorClass, priority=2),
        Column(key="attempt", label=gettext_lazy("Attempts"), kind=Kind.NUMBER, priority=2),
        Column(
            key="who",
            label=gettext_lazy("Asked for by"),
            path="user_id",
            needs=("domain", "who_name"),
            draw=_who,
            priority=3,
        ),
        Column(key="lane", label=gettext_lazy("Urgency"), choices=Lane, hidden=True),
        Column(
            key="at",
            label=gettext_lazy("Asked for"),
            path="created_at",
            kind=Kind.RELATIVE,
            sort="created_at",
        ),
    ),
    order="-at",
    filters=(
        SearchFilter(paths=("code",), label=gettext_lazy("Search work")),
        ChoiceFilter(key="state", label=gettext_lazy("State"), choices=State),
        ChoiceFilter(key="lane", label=gettext_lazy("Urgency"), choices=Lane),
        DateFilter(key="day", label=gettext_lazy("Asked for"), path="created_at", instants=True),
    ),
    row_url="operations:job",
    row_name="code",
    bulk=(
        BulkAction(
            key="replay",
            label=gettext_lazy("Try again"),
            power=Can.REPLAY_JOBS,
            run=_replay,
            question=gettext_lazy("Try this work again?"),
            done=lambda n: (
                ngettext("%(n)d run will be tried again", "%(n)d runs will be tried again", n) % {"n": n}
            ),
            icon="refresh",
        ),
        BulkAction(
            key="discard",
            label=gettext_lazy("Give up"),
            power=Can.REPLAY_JOBS,
            run=_discard,
            question=gettext_lazy("Give this work up? It will not be done."),
            done=lambda n: ngettext("%(n)d run given up", "%(n)d runs given up", n) % {"n": n},
            icon="ban",
            danger=True,
        ),
    ),
    empty=Empty(
        title=gettext_lazy("No background work yet"),
        text=gettext_lazy(
            "As soon as something follows on its own, such as a mail to a client, it stands here."
        ),
        icon="robot",
    ),
    template="operations/jobs.html",
)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.VIEW_JOBS)
def jobs(request: FirmRequest) -> HttpResponseBase:
    """Work of the firm, the latest first; failed work at the top of the page by its count."""
    rows = reports.runs_for(request.actor)
    extra: dict[str, Any] = {}
    if not wants_fragment(request) and request.method != "POST":
        counts = reports.counts(request.actor)
        extra = {"tabs": job_tabs(request, "operations:jobs"), "counts": counts}
    return list_page(request, LIST, rows, extra)


def _run_of(request: FirmRequest, pk: UUID) -> JobRun:
    run: JobRun = get_object_or_404(reports.runs_for(request.actor), pk=pk)
    return run


@require_safe
@staff_page(Can.VIEW_JOBS)
def job(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One piece of work; while it is at work, its progress asks for itself."""
    run = _run_of(request, pk)
    manages = allows(request.actor, Can.REPLAY_JOBS, run)
    entry = Entry.objects.filter(pk=run.entry_id).first() if run.entry_id else None
    context = {
        "run": run,
        "title": code_title(run.code),
        "about": reports.about(run.code),
        "tone": reports.TONES[run.state],
        "asked_by": reports.asked_by(run),
        "closed_by": reports.closed_by(run),
        "entry": entry if entry and may(request.actor, Entry.view_power) else None,
        "may_replay": manages and run.state == State.FAILED,
        "may_stop": manages and run.state in OPEN and run.cancel_requested_at is None,
        "stopping": run.state in OPEN and run.cancel_requested_at is not None,
        "total": run.progress_total or 0,
        "crumbs": (Crumb(label=_("Background work"), url=link("operations:jobs")),),
    }
    return page(request, "operations/job.html#progress", context)


@require_POST
@staff_page(Can.REPLAY_JOBS)
def job_step(request: FirmRequest, pk: UUID, step: str) -> HttpResponse:
    """Try it again, give it up, or stop it."""
    run = _run_of(request, pk)
    steps = {
        "replay": (replay_job, _("It is being tried again.")),
        "discard": (discard_job, _("Given up. Its reason stays here.")),
        "stop": (stop_job, _("It stops at its next step.")),
    }
    if step not in steps:
        raise Http404
    act, words = steps[step]
    if act(request.actor, run):
        toast(request, words)
    else:
        toast(request, _("Meanwhile it is in another state; nothing was changed."), tone="warning")
    return go("operations:job", pk=run.pk)


@require_safe
@staff_page(Can.VIEW_JOBS)
def schedules(request: FirmRequest) -> HttpResponse:
    """What the clock starts, and its next ten times."""
    context = {
        "tabs": job_tabs(request, "operations:schedules"),
        "schedules": reports.schedules_for(request.actor),
        "columns": [
            shapes.Column(label=_("Work")),
            shapes.Column(label=_("Rule"), priority=2),
            shapes.Column(label=_("Last"), priority=2),
            shapes.Column(label=_("Next ten times")),
        ],
    }
    return page(request, "operations/schedules.html", context)
