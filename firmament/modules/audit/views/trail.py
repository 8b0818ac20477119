"""The audit trail: looking at it is written down too."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from firmament.kernel.ledger.events import Category, Outcome
from firmament.kernel.ledger.search import Asked, outcome_of
from firmament.kernel.policies.decide import may
from firmament.kernel.tenancy.actor import Domain
from firmament.kernel.web import cells
from firmament.kernel.web.cells import Column, Kind
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import (
    ChoiceFilter,
    DateFilter,
    Filter,
    SearchFilter,
    as_date,
    as_uuid,
)
from firmament.kernel.web.links import absolute_link, link
from firmament.kernel.web.lists import Empty, ListAction, ListPage, list_page
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.saved_views import ReadyView
from firmament.modules.audit.actions import note_reading, readings_like
from firmament.modules.audit.events import TrailRead
from firmament.modules.audit.policies import Can
from firmament.modules.audit.reports import asking, personal, rows
from firmament.modules.audit.reports import trail as reports
from firmament.modules.audit.reports.entry import line
from firmament.modules.audit.views.filters import RequestFilter, ThingFilter, WhoFilter
from firmament.ui.shapes import Crumb


def _drawn_who(row: Mapping[str, Any], value: Any) -> str:
    return cells.actor(reports.who(row), by_itself=row["domain"] == Domain.SYSTEM)


def _linked(row: Mapping[str, Any], value: Any) -> str:
    # On a phone there is no room for a column of names.
    return format_html(
        '<a class="cell-open breakable" href="{}"><span class="phone-only strong">{} </span>{}</a>',
        link("audit:entry", pk=row["pk"]),
        reports.who(row),
        reports.sentence(row),
    )


def _mono(row: Mapping[str, Any], value: Any) -> str:
    return format_html('<span class="mono">{}</span>', value)


def _told(row: Mapping[str, Any], value: Any) -> str:
    return reports.sentence(row)


ERASE = ListAction(
    label=gettext_lazy("Erase personal values"), url_name="audit:erase", power=Can.ERASE, icon="eye-off"
)
ABOUT = ListAction(
    label=gettext_lazy("Find a person or thing"),
    url_name="audit:find",
    power=Can.VIEW,
    icon="search",
    primary=True,
)
COLUMNS = (
    Column(
        key="at",
        label=gettext_lazy("When"),
        path="occurred_at",
        kind=Kind.DATETIME,
        sort="occurred_at",
    ),
    Column(
        key="who",
        label=gettext_lazy("Who"),
        path="user_id",
        needs=("domain", "who_name"),
        draw=_drawn_who,
        priority=2,
        export=lambda row, _value: reports.who(row),
    ),
    Column(
        key="what",
        label=gettext_lazy("What"),
        path="code",
        needs=(*reports.NEEDED, "pk"),
        draw=_linked,
        export=_told,
    ),
    Column(key="category", label=gettext_lazy("Area"), choices=Category, priority=2),
    Column(key="code", label=gettext_lazy("Event"), priority=3, draw=_mono),
    Column(
        key="domain",
        label=gettext_lazy("Door"),
        hidden=True,
        draw=lambda _row, value: str(reports.DOORS.get(value, value)),
        export=lambda _row, value: str(reports.DOORS.get(value, value)),
    ),
    Column(
        key="roles",
        label=gettext_lazy("Roles then"),
        hidden=True,
        draw=lambda _row, value: ", ".join(value),
        export=lambda _row, value: ", ".join(value),
    ),
    Column(key="request_id", label=gettext_lazy("Request"), hidden=True, draw=_mono),
    Column(
        key="outcome",
        label=gettext_lazy("Outcome"),
        path="code",
        hidden=True,
        draw=lambda _row, code: str(outcome_of(code).label),
        export=lambda _row, code: str(outcome_of(code).label),
    ),
    Column(key="id", label=gettext_lazy("Entry"), hidden=True, draw=_mono),
    Column(
        key="address",
        label=gettext_lazy("Entry address"),
        path="id",
        hidden=True,
        draw=lambda _row, pk: absolute_link("audit:entry", pk=pk),
        export=lambda _row, pk: absolute_link("audit:entry", pk=pk),
    ),
)


READY = (
    ReadyView(title=gettext_lazy("Denied"), query="outcome=denied"),
    ReadyView(title=gettext_lazy("Failed"), query="outcome=failed"),
    ReadyView(title=gettext_lazy("Changes of power"), query="category=permissions&outcome=done"),
    ReadyView(title=gettext_lazy("What clients did"), query="door=client"),
    ReadyView(title=gettext_lazy("Downloads"), query="event=files.file_downloaded"),
    ReadyView(title=gettext_lazy("Signed in"), query="event=identity.signed_in"),
    ReadyView(title=gettext_lazy("Data looked at"), query="category=data_access"),
    ReadyView(title=gettext_lazy("By programs"), query="door=token"),
)


def trail_filters(people: Sequence[tuple[UUID, str]]) -> tuple[Filter, ...]:
    """Whatever an address may ask: `asking.asked_of` reads the same."""
    spans = asking.periods()
    return (
        SearchFilter(paths=("code",), label=gettext_lazy("Search event codes")),
        WhoFilter(label=gettext_lazy("Who"), people=people),
        ChoiceFilter(key="category", label=gettext_lazy("Area"), choices=Category),
        ChoiceFilter(
            key="event",
            label=gettext_lazy("Event"),
            path="code",
            choices=reports.codes(),
            narrows=reports.older_codes(),
        ),
        ChoiceFilter(
            key="outcome",
            label=gettext_lazy("Outcome"),
            choices=Outcome,
            narrows=reports.outcomes(),
        ),
        ChoiceFilter(
            key="door",
            label=gettext_lazy("Door"),
            path="domain",
            choices=tuple((door.value, name) for door, name in reports.DOORS.items()),
        ),
        ChoiceFilter(
            key="period",
            label=gettext_lazy("Period"),
            choices=asking.PERIODS,
            narrows={
                kind: Q(occurred_at__gte=span.begins, occurred_at__lt=span.ends)
                for kind, span in spans.items()
            },
        ),
        DateFilter(key="day", label=gettext_lazy("Days"), path="occurred_at", instants=True),
        ThingFilter(label=gettext_lazy("About")),
        RequestFilter(label=gettext_lazy("Request")),
    )


def trail_list(people: Sequence[tuple[UUID, str]]) -> ListPage:
    """The list, with whom and which events it can be narrowed to, in the reader's language."""
    return ListPage(
        name="audit.trail",
        title=gettext_lazy("Audit trail"),
        about=gettext_lazy(
            "Everything that was done in the firm, in the order in which it happened. Nobody can change or delete a line, and reading here is written down too."
        ),
        counted=lambda n: ngettext("%(n)s entry", "%(n)s entries", n) % {"n": n},
        columns=COLUMNS,
        order="-at",
        filters=trail_filters(people),
        actions=(ABOUT, ERASE),
        row_url="audit:entry",
        row_name="code",
        export="audit-trail",
        export_power=Can.EXPORT,
        empty=Empty(
            title=gettext_lazy("Nothing has happened yet"),
            text=gettext_lazy("Whatever somebody does in the firm appears here at once."),
            icon="history",
        ),
        ready=READY,
        checksum=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.VIEW, recorded_read=True)
def trail(request: FirmRequest) -> HttpResponseBase:
    """The trail, newest first; POST exports what is on screen."""
    asked = asking.asked_of(request.GET.dict())
    reading = _reading(request, asked)
    people, noted = reports.desk_of(request.actor, readings_like(request.actor, reading))
    finder = asking.finder_for(request.actor, asked)
    response = list_page(request, trail_list(people), reports.entries_for(request.actor), finder=finder)
    if request.method != "POST":
        # Afterwards, so that the reader does not find themselves at the top of what they came to see.
        note_reading(request.actor, reading, noted=noted)
    return response


def _reading(request: FirmRequest, asked: Asked) -> TrailRead:
    """What was asked, by ids; the words that were searched for may be a name, and can be erased."""
    given = request.GET
    return TrailRead(
        who=asked.user_id,
        token_id=asked.token_id,
        object_id=as_uuid(given.get("object", "")),
        area=asked.category,
        event=asked.codes[0] if asked.codes else "",
        outcome=asked.outcome,
        doors=asked.domains,
        request=asked.request_id.replace("\x00", ""),
        text=" ".join(asked.words),
        period=given.get("period", "") if given.get("period") in dict(asking.PERIODS) else "",
        first_day=as_date(given.get("day_from", "")),
        last_day=as_date(given.get("day_to", "")),
    )


@require_safe
@staff_page(Can.VIEW, recorded_read=True)
def entry(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One entry, with every value that has not been erased."""
    found = get_object_or_404(reports.entries_for(request.actor), pk=pk)
    told = line(request.actor, found)
    changed, more = rows.beside(request.actor, found)
    may_erase = may(request.actor, Can.ERASE)
    response = page(
        request,
        "audit/entry.html",
        {
            "line": told,
            "changed": changed,
            "more_changed": more,
            "may_erase": may_erase,
            "erasable": may_erase and personal.values_of(request.actor, found).exists(),
            "crumbs": (Crumb(label=_("Audit trail"), url=link("audit:trail")),),
        },
    )
    note_reading(request.actor, TrailRead(entry_id=found.pk))
    return response
