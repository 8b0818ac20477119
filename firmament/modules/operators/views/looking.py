"""What an open session shows of a firm: how much, in what state, since when. Every page is in the firm's ledger."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.html import format_html
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from firmament.kernel.jobs.models import ErrorClass, JobRun
from firmament.kernel.jobs.models import State as JobState
from firmament.kernel.ledger.events import Category
from firmament.kernel.ledger.models import Entry
from firmament.kernel.messages.models import Channel, Delivery
from firmament.kernel.messages.models import State as LetterState
from firmament.kernel.policies.decide import visible
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.cells import Column, Kind
from firmament.kernel.web.entrances import operator_page
from firmament.kernel.web.filters import ChoiceFilter, DateFilter
from firmament.kernel.web.lists import Empty, ListPage, list_page
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.operators.policies import Can
from firmament.modules.operators.reports import looking as reports

NO_WORDS = gettext_lazy("Without names, texts and values: those stay with the firm.")


def _mono(_row: Mapping[str, Any], value: Any) -> str:
    return format_html('<span class="mono">{}</span>', value)


def _roles(_row: Mapping[str, Any], value: Any) -> str:
    return ", ".join(value) if value else "–"


PEOPLE = ListPage(
    name="operators.people",
    title=gettext_lazy("People"),
    about=NO_WORDS,
    counted=lambda n: ngettext("%(n)s member", "%(n)s members", n) % {"n": n},
    columns=(
        Column(key="id", label=gettext_lazy("Member"), draw=_mono),
        Column(
            key="state",
            label=gettext_lazy("State"),
            kind=Kind.STATUS,
            choices=Membership.State,
            tones={"active": "success", "deactivated": "done"},
        ),
        Column(key="roles", label=gettext_lazy("Roles"), path="role_codes", draw=_roles),
        Column(
            key="since",
            label=gettext_lazy("Since"),
            path="created_at",
            kind=Kind.DATETIME,
            sort="created_at",
            priority=2,
        ),
    ),
    order="since",
    row_name="id",
    filters=(ChoiceFilter(key="state", label=gettext_lazy("State"), choices=Membership.State),),
)
WORK = ListPage(
    name="operators.work",
    title=gettext_lazy("Background work"),
    about=NO_WORDS,
    counted=lambda n: ngettext("%(n)s run", "%(n)s runs", n) % {"n": n},
    columns=(
        Column(key="code", label=gettext_lazy("Work"), draw=_mono),
        Column(
            key="state",
            label=gettext_lazy("State"),
            kind=Kind.STATUS,
            choices=JobState,
            tones=reports.WORK_TONES,
        ),
        Column(key="error", label=gettext_lazy("Kind of error"), path="error_class", choices=ErrorClass),
        Column(key="attempt", label=gettext_lazy("Attempts"), kind=Kind.NUMBER, priority=2),
        Column(
            key="finished", label=gettext_lazy("Ended"), path="finished_at", kind=Kind.DATETIME, priority=2
        ),
        Column(
            key="at",
            label=gettext_lazy("Asked for"),
            path="created_at",
            kind=Kind.DATETIME,
            sort="created_at",
        ),
    ),
    order="-at",
    row_name="code",
    filters=(
        ChoiceFilter(key="state", label=gettext_lazy("State"), choices=JobState),
        ChoiceFilter(
            key="error", label=gettext_lazy("Kind of error"), path="error_class", choices=reports.ERRORS
        ),
        DateFilter(key="day", label=gettext_lazy("Asked for"), path="created_at", instants=True),
    ),
    empty=Empty(
        title=gettext_lazy("Nothing has run yet"),
        text=gettext_lazy("Whatever the firm’s work sets going appears here."),
        icon="robot",
    ),
)
MESSAGES = ListPage(
    name="operators.messages",
    title=gettext_lazy("Messages"),
    about=NO_WORDS,
    counted=lambda n: ngettext("%(n)s message", "%(n)s messages", n) % {"n": n},
    columns=(
        Column(key="wording", label=gettext_lazy("Wording"), draw=_mono),
        Column(key="channel", label=gettext_lazy("By"), choices=Channel, priority=2),
        Column(
            key="state",
            label=gettext_lazy("State"),
            kind=Kind.STATUS,
            choices=LetterState,
            tones=reports.LETTER_TONES,
        ),
        Column(key="attempts", label=gettext_lazy("Attempts"), kind=Kind.NUMBER, priority=2),
        Column(key="sent", label=gettext_lazy("Sent"), path="sent_at", kind=Kind.DATETIME, priority=2),
        Column(
            key="at",
            label=gettext_lazy("Asked for"),
            path="created_at",
            kind=Kind.DATETIME,
            sort="created_at",
        ),
    ),
    order="-at",
    row_name="wording",
    filters=(
        ChoiceFilter(key="state", label=gettext_lazy("State"), choices=LetterState),
        DateFilter(key="day", label=gettext_lazy("Asked for"), path="created_at", instants=True),
    ),
    empty=Empty(
        title=gettext_lazy("No messages yet"),
        text=gettext_lazy("What the firm sends appears here, without whom it is for."),
        icon="send",
    ),
)
EVENTS = ListPage(
    name="operators.events",
    title=gettext_lazy("Events"),
    about=NO_WORDS,
    counted=lambda n: ngettext("%(n)s entry", "%(n)s entries", n) % {"n": n},
    columns=(
        Column(
            key="at", label=gettext_lazy("When"), path="occurred_at", kind=Kind.DATETIME, sort="occurred_at"
        ),
        Column(key="code", label=gettext_lazy("Event"), draw=_mono),
        Column(key="category", label=gettext_lazy("Area"), choices=Category, priority=2),
        Column(key="domain", label=gettext_lazy("Door"), priority=2),
        Column(key="request_id", label=gettext_lazy("Request"), hidden=True, draw=_mono),
    ),
    order="-at",
    row_name="code",
    filters=(
        ChoiceFilter(key="category", label=gettext_lazy("Area"), choices=Category),
        DateFilter(key="day", label=gettext_lazy("Period"), path="occurred_at", instants=True),
    ),
)


@require_safe
@operator_page(Can.VIEW_OVERVIEW)
def firm(request: FirmRequest) -> HttpResponse:
    """How much there is of everything, and how the work goes."""
    return page(request, "operators/firm.html", {"firm": request.firm, "overview": reports.overview()})


@require_safe
@operator_page(Can.VIEW_PEOPLE)
def people(request: FirmRequest) -> HttpResponseBase:
    """Members by id, state and role."""
    rows = Membership.objects.filter(visible(request.actor, Can.VIEW_PEOPLE, Membership))
    return list_page(request, PEOPLE, reports.with_roles(rows))


@require_safe
@operator_page(Can.VIEW_WORK)
def work(request: FirmRequest) -> HttpResponseBase:
    """Runs of jobs, and which kind of error ended them."""
    return list_page(request, WORK, JobRun.objects.filter(visible(request.actor, Can.VIEW_WORK, JobRun)))


@require_safe
@operator_page(Can.VIEW_MESSAGES)
def messages(request: FirmRequest) -> HttpResponseBase:
    """Deliveries and where they are."""
    rows = Delivery.objects.filter(visible(request.actor, Can.VIEW_MESSAGES, Delivery))
    return list_page(request, MESSAGES, rows)


@require_safe
@operator_page(Can.VIEW_FILES)
def files(request: FirmRequest) -> HttpResponse:
    """Files by kind and state: how many, how large."""
    return page(request, "operators/files.html", {"groups": reports.file_groups()})


@require_safe
@operator_page(Can.VIEW_EVENTS)
def events(request: FirmRequest) -> HttpResponseBase:
    """The trail's codes and times."""
    return list_page(request, EVENTS, Entry.objects.filter(visible(request.actor, Can.VIEW_EVENTS, Entry)))
