"""Whole weeks, months and quarters of the calendar: when the next one begins, and which was the last that is over."""

from datetime import date, timedelta
from typing import Literal

from firmament.lib.periods import Span

Kind = Literal["week", "month", "quarter"]
DAY = timedelta(days=1)


def begin_of(kind: Kind, day: date) -> date:
    """The first day of the one that the day lies in. Weeks begin on Monday (ISO 8601)."""
    match kind:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def next_begin(kind: Kind, day: date) -> date:
    """The first day of the next one; later than the day."""
    # Longer than any of its kind, and shorter than two.
    longer = {"week": 7, "month": 31, "quarter": 92}[kind]
    return begin_of(kind, begin_of(kind, day) + timedelta(days=longer))


def last_whole(kind: Kind, day: date) -> Span:
    """The last one that was over before the day."""
    end = begin_of(kind, day) - DAY
    return Span(first=begin_of(kind, end), last=end)
