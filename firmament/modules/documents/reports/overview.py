"""The overview of document requests: what was asked for, handed in and accepted, and how long it took."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import CharField, Count, F, FloatField, IntegerField, QuerySet, Value
from django.db.models.functions import Cast, Extract
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.web.figures import Course, Figure, Median, Series, over_time, piece, ranking, within
from firmament.kernel.web.links import link
from firmament.lib.instant import today
from firmament.lib.periods import Period, Span
from firmament.modules.documents.models import DocumentRequest, ItemTimes
from firmament.ui.readable import number

ASKED, HANDED_IN, ACCEPTED, MEDIAN = "asked", "handed_in", "accepted", "median"
DAY_SECONDS = 86_400
LATE_SHOWN = 10
# What happens to a document, and when it did.
TIMES = {ASKED: "sent_at", HANDED_IN: "handed_in_at", ACCEPTED: "accepted_at"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Documents by what happened to them and the piece of the period it happened in; and the median of days."""

    by_piece: Mapping[str, Mapping[int, int]]
    median: float | None

    def total(self, what: str) -> int:
        return sum(self.by_piece[what].values())


def flow(actor: Actor, period: Period) -> Flow:
    """Everything that happened in a period, in one query."""
    times = ItemTimes.objects.visible_to(actor)
    taken = Extract(F("handed_in_at") - F("sent_at"), "epoch") / DAY_SECONDS
    median = (
        within(times, "handed_in_at", period)
        .annotate(what=Value(MEDIAN, CharField()), piece=Value(0, IntegerField()))
        .values("what", "piece")
        .annotate(n=Median(taken))
    )
    found = median.values_list("what", "piece", "n").union(
        *(_counted(times, what, path, period) for what, path in TIMES.items()), all=True
    )
    by_piece: dict[str, dict[int, int]] = {what: {} for what in TIMES}
    middle = None
    for what, number_of_piece, n in found:
        if what == MEDIAN:
            middle = n
        else:
            by_piece[what][number_of_piece] = int(n)
    return Flow(by_piece=by_piece, median=middle)


def _counted(times: "QuerySet[ItemTimes]", what: str, path: str, period: Period) -> "QuerySet[Any, Any]":
    return (
        within(times, path, period)
        .annotate(what=Value(what, CharField()), piece=piece(period, path))
        .values("what", "piece")
        .annotate(n=Cast(Count("*"), FloatField()))
        .values_list("what", "piece", "n")
    )


def totals(found: Flow, period: Period) -> dict[str, Figure]:
    """The four numbers at the head."""
    return {
        ASKED: Figure(value=found.total(ASKED), url=_rows("sent", period.span)),
        HANDED_IN: Figure(value=found.total(HANDED_IN), url=_rows("handed", period.span)),
        ACCEPTED: Figure(value=found.total(ACCEPTED), url=_rows("accepted", period.span)),
        MEDIAN: Figure(value=found.median, url=_rows("handed", period.span)),
    }


def documents_over_time(found: Flow, period: Period) -> Series:
    """Asked for, handed in and accepted, piece by piece."""
    names = {
        ASKED: (_("Asked for"), "sent"),
        HANDED_IN: (_("Handed in"), "handed"),
        ACCEPTED: (_("Accepted"), "accepted"),
    }
    return over_time(
        period,
        *(
            Course(name=name, found=found.by_piece[what], url_of=partial(_rows, key))
            for what, (name, key) in names.items()
        ),
    )


def over_time_finding(series: Series) -> str:
    """What is to be seen in it."""
    asked, handed_in, _accepted = (sum(int(value or 0) for value in line.values) for line in series.lines)
    if not asked:
        return ngettext(
            "%(n)s document came in, none was asked for",
            "%(n)s documents came in, none was asked for",
            handed_in,
        ) % {"n": number(handed_in)}
    if handed_in >= asked:
        return _("As many documents come in as are asked for")
    return _("%(in)s documents came in, %(asked)s were asked for") % {
        "in": number(handed_in),
        "asked": number(asked),
    }


def late_by_client(actor: Actor, period: Period) -> Series:
    """Requests that are late now, whatever the period, by client; the ten with the most."""
    on = today(current_firm().timezone)
    found = (
        DocumentRequest.objects.visible_to(actor)
        .overdue(on=on)
        .values("client_id", "client__name")
        .annotate(n=Count("pk"))
        .order_by("-n", "client__name")[:LATE_SHOWN]
    )
    yesterday = (on - timedelta(days=1)).isoformat()
    where = {"state": DocumentRequest.State.SENT, "due_to": yesterday}
    return ranking(
        _("Client"),
        _("Late requests"),
        ((row["client__name"], row["n"], _list(**where, client=str(row["client_id"]))) for row in found),
    )


def late_finding(series: Series) -> str:
    """Who is late, and whether it is one or many."""
    values = [int(value or 0) for value in series.lines[0].values]
    if len(values) == 1:
        return _("%(client)s is late") % {"client": series.labels[0]}
    if len(values) == LATE_SHOWN:
        return _("%(client)s and at least nine others are late") % {"client": series.labels[0]}
    return ngettext(
        "%(client)s and %(n)d other are late", "%(client)s and %(n)d others are late", len(values) - 1
    ) % {"client": series.labels[0], "n": len(values) - 1}


def _rows(key: str, span: Span) -> str:
    """The requests in which it happened."""
    return _list(**{f"{key}_from": span.first.isoformat(), f"{key}_to": span.last.isoformat()})


def _list(**given: str) -> str:
    return f"{link('documents:request_list')}?{urlencode(given)}"
