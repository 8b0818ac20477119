"""Periods: no moment twice, none left out, whatever the clocks do."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmament.lib.periods import KINDS, Period, period_of

# Clocks that jump at one in the morning, at midnight itself, by half an hour, over a whole day, and never.
ZONES = [
    "Europe/Berlin",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "America/Havana",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
]
days = st.dates(date(2005, 1, 1), date(2030, 12, 31))
zones = st.sampled_from(ZONES).map(ZoneInfo)


@st.composite
def periods(draw):
    kind = draw(st.sampled_from(KINDS))
    first = draw(days)
    last = first + timedelta(days=draw(st.integers(0, 800)))
    return period_of(kind, today=draw(days), zone=draw(zones), first=first, last=last)


@given(period=periods())
def test_the_pieces_of_a_period_are_the_whole_of_it(period):
    pieces = period.buckets()

    assert pieces[0].first == period.first
    assert pieces[-1].last == period.last
    assert all(a.last + timedelta(days=1) == b.first for a, b in pairwise(pieces))
    assert sum(piece.days for piece in pieces) == period.span.days


@given(period=periods())
def test_each_piece_begins_with_its_first_day_and_the_first_with_the_period(period):
    begins = period.begins_of_buckets()

    assert begins[0] == period.begins
    assert begins[-1] < period.ends
    assert list(begins) == sorted(set(begins))
    assert [at.astimezone(period.zone).date() for at in begins] == [span.first for span in period.buckets()]


@given(zone=zones, day=days)
def test_a_day_begins_where_the_one_before_ends_and_every_instant_of_it_is_its_own(zone, day):
    one = Period(kind="custom", first=day, last=day, zone=zone)
    following = day + timedelta(days=1)

    assert one.ends == Period(kind="custom", first=following, last=following, zone=zone).begins
    if one.begins == one.ends:
        # Samoa skipped the 30th of December 2011 altogether.
        assert (zone.key, day) == ("Pacific/Apia", date(2011, 12, 30))
        return
    assert one.begins.astimezone(zone).date() == day
    assert (one.ends - timedelta(microseconds=1)).astimezone(zone).date() == day
    assert (one.begins - timedelta(microseconds=1)).astimezone(zone).date() < day


@given(period=periods())
def test_what_comes_before_ends_before_and_is_as_long_where_that_can_be(period):
    before = period.before

    assert before.last < period.first
    assert before.ends <= period.begins
    if period.kind not in ("quarter", "year"):
        assert before.span.days == period.span.days
        assert before.last + timedelta(days=1) == period.first
    else:
        assert (before.first.day, abs(before.span.days - period.span.days) <= 3) == (1, True)


@pytest.mark.parametrize(
    ("kind", "today", "first", "before"),
    [
        ("7", date(2026, 3, 31), date(2026, 3, 25), (date(2026, 3, 18), date(2026, 3, 24))),
        ("quarter", date(2026, 5, 31), date(2026, 4, 1), (date(2026, 1, 1), date(2026, 2, 28))),
        ("quarter", date(2026, 2, 10), date(2026, 1, 1), (date(2025, 10, 1), date(2025, 11, 10))),
        ("year", date(2028, 2, 29), date(2028, 1, 1), (date(2027, 1, 1), date(2027, 2, 28))),
    ],
)
def test_quarters_and_years_are_compared_with_as_much_of_the_last_one(kind, today, first, before):
    period = period_of(kind, today=today, zone=ZoneInfo("UTC"), first=None, last=None)

    assert (period.first, period.last) == (first, today)
    assert (period.before.first, period.before.last) == before


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        ("", None, None),
        ("nonsense", None, None),
        ("custom", None, date(2026, 1, 1)),
        ("custom", date(2026, 2, 1), date(2026, 1, 1)),
    ],
)
def test_what_makes_no_sense_is_the_last_thirty_days(kind, first, last):
    period = period_of(kind, today=date(2026, 3, 31), zone=ZoneInfo("UTC"), first=first, last=last)

    assert (period.kind, period.first, period.last) == ("30", date(2026, 3, 2), date(2026, 3, 31))


def test_a_span_without_end_is_cut():
    period = period_of(
        "custom",
        today=date(2026, 3, 31),
        zone=ZoneInfo("UTC"),
        first=date(1900, 1, 1),
        last=date(2200, 1, 1),
    )

    assert period.span.days == 3660
    assert len(period.buckets()) < 130


def test_midnight_that_does_not_exist_is_when_the_clocks_jump():
    beirut = Period(
        kind="custom", first=date(2022, 3, 27), last=date(2022, 3, 27), zone=ZoneInfo("Asia/Beirut")
    )

    assert beirut.begins == datetime(2022, 3, 26, 22, tzinfo=UTC)
    assert beirut.ends - beirut.begins == timedelta(hours=23)
