"""Whole weeks, months and quarters: against the calendar itself, day by day."""

from datetime import date, timedelta

import pytest

from firmament.lib.whole_spans import begin_of, last_whole, next_begin

DAYS = [date(2023, 12, 1) + timedelta(days=n) for n in range(800)]


def begins(kind, day):
    return {
        "week": day.weekday() == 0,
        "month": day.day == 1,
        "quarter": day.day == 1 and day.month % 3 == 1,
    }[kind]


@pytest.mark.parametrize("kind", ["week", "month", "quarter"])
def test_each_begins_where_the_calendar_says(kind):
    firsts = [day for day in DAYS if begins(kind, day)]
    for day in DAYS:
        if firsts[1] <= day < firsts[-1]:
            before = [first for first in firsts if first <= day]
            assert begin_of(kind, day) == before[-1]
            assert next_begin(kind, day) == firsts[len(before)]
            whole = last_whole(kind, day)
            assert (whole.first, whole.last) == (before[-2], before[-1] - timedelta(days=1))
