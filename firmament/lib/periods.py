"""Spans of whole days in one time zone: what a report looks at, and what it compares itself with.

Days are days of the reader's zone; of 23, 24 or 25 hours. Bounds are instants, half open, so that no moment is counted
twice and none is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Grain = Literal["day", "week", "month"]

DAYS = {"7": 7, "30": 30, "90": 90}
KINDS = (*DAYS, "quarter", "year", "custom")
# A longer span is cut: ten years of days are more than a page can show, and further than a firm's figures reach.
LONGEST = 3660
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Whole days, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days from `first` to `last`, both included, in `zone`. `kind` is one of KINDS and decides what comes before."""

    kind: str
    first: date
    last: date
    zone: ZoneInfo

    @property
    def span(self) -> Span:
        return Span(first=self.first, last=self.last)

    @property
    def begins(self) -> datetime:
        """The first instant of it."""
        return _midnight(self.first, self.zone)

    @property
    def ends(self) -> datetime:
        """The first instant after it."""
        return _midnight(self.last + DAY, self.zone)

    @property
    def before(self) -> "Period":
        """What it is compared with: as many days of the quarter or year before, else the days just before it."""
        match self.kind:
            case "quarter":
                first, last = _months_back(self.first, 3), _months_back(self.last, 3)
            case "year":
                first, last = _months_back(self.first, 12), _months_back(self.last, 12)
            case _:
                last = self.first - DAY
                first = last - (self.last - self.first)
        return Period(kind=self.kind, first=first, last=last, zone=self.zone)

    @property
    def grain(self) -> Grain:
        """How its course is cut: days up to six weeks, weeks up to half a year, else months."""
        if self.span.days <= 42:
            return "day"
        return "week" if self.span.days <= 190 else "month"

    def buckets(self) -> tuple[Span, ...]:
        """The pieces of its course, without a gap; the first and the last may be cut by its ends."""
        return tuple(self._pieces())

    def _pieces(self) -> Iterator[Span]:
        at = self.first
        while at <= self.last:
            end = min(_end_of(at, self.grain), self.last)
            yield Span(first=at, last=end)
            at = end + DAY

    def begins_of_buckets(self) -> tuple[datetime, ...]:
        """The first instant of each piece, in order."""
        return tuple(_midnight(span.first, self.zone) for span in self.buckets())


def period_of(kind: str, *, today: date, zone: ZoneInfo, first: date | None, last: date | None) -> Period:
    """The period a reader chose: a number of days up to today, the quarter or year so far, or days of their own.

    What makes no sense (an unknown kind, no days, an end before its beginning) is the last thirty days.
    """
    if kind == "custom" and first is not None and last is not None and first <= last:
        last = min(last, first + timedelta(days=LONGEST - 1))
        return Period(kind=kind, first=first, last=last, zone=zone)
    if kind == "quarter":
        begin = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
        return Period(kind=kind, first=begin, last=today, zone=zone)
    if kind == "year":
        return Period(kind=kind, first=date(today.year, 1, 1), last=today, zone=zone)
    kind = kind if kind in DAYS else "30"
    return Period(kind=kind, first=today - timedelta(days=DAYS[kind] - 1), last=today, zone=zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day, in UTC.

    Where clocks jump over midnight, fold 0 reads it by the offset before the jump, which is the jump itself: the day's
    first instant. Where midnight comes twice, fold 0 is the first of the two.
    """
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def _end_of(day: date, grain: Grain) -> date:
    match grain:
        case "day":
            return day
        case "week":
            return day + timedelta(days=6 - day.weekday())
        case "month":
            return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - DAY


def _months_back(day: date, months: int) -> date:
    """The same day so many months before, or that month's last: 31 May less three is 28 or 29 February."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    last = _end_of(date(year, month + 1, 1), "month")
    return date(year, month + 1, min(day.day, last.day))
