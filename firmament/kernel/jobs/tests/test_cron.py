from datetime import UTC, datetime
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest

from firmament.kernel.jobs.cron import next_after

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # changes its clock by half an hour


def walls(expression, zone, after, count):
    def go():
        last = after
        while True:
            last = next_after(expression, zone, last)
            yield last.astimezone(zone).strftime("%m-%d %H:%M %z")

    return list(islice(go(), count))


def test_a_daily_job_keeps_its_hour_on_the_wall_through_both_changes_of_the_clock():
    spring = walls("0 7 * * *", BERLIN, datetime(2026, 3, 27, 12, tzinfo=UTC), 3)
    autumn = walls("0 7 * * *", BERLIN, datetime(2026, 10, 23, 12, tzinfo=UTC), 3)

    assert spring == ["03-28 07:00 +0100", "03-29 07:00 +0200", "03-30 07:00 +0200"]
    assert autumn == ["10-24 07:00 +0200", "10-25 07:00 +0100", "10-26 07:00 +0100"]


def test_a_job_in_the_skipped_hour_fires_right_after_it():
    assert walls("30 2 * * *", BERLIN, datetime(2026, 3, 28, 12, tzinfo=UTC), 2) == [
        "03-29 03:00 +0200",
        "03-30 02:30 +0200",
    ]


def test_a_job_in_the_repeated_hour_fires_once():
    assert walls("30 2 * * *", BERLIN, datetime(2026, 10, 24, 12, tzinfo=UTC), 2) == [
        "10-25 02:30 +0200",
        "10-26 02:30 +0100",
    ]


def test_a_job_that_fired_in_the_first_pass_does_not_fire_in_the_second():
    between = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)  # 02:45, first pass

    assert walls("30 2 * * *", BERLIN, between, 1) == ["10-26 02:30 +0100"]


def test_a_half_hourly_job_never_pauses_longer_than_half_an_hour():
    instants = []
    last = datetime(2026, 10, 24, 23, tzinfo=UTC)
    for _ in range(8):
        last = next_after("*/30 * * * *", BERLIN, last)
        instants.append(last)

    gaps = {(b - a).total_seconds() for a, b in pairwise(instants)}

    assert gaps == {1800.0}


def test_an_hourly_job_passes_over_the_skipped_hour():
    assert walls("15 * * * *", BERLIN, datetime(2026, 3, 29, 0, 0, tzinfo=UTC), 2) == [
        "03-29 01:15 +0100",
        "03-29 03:15 +0200",
    ]


def test_a_zone_that_changes_by_half_an_hour_is_followed():
    assert walls("15 2 * * *", LORD_HOWE, datetime(2026, 10, 3, 0, tzinfo=UTC), 2) == [
        "10-04 02:30 +1100",
        "10-05 02:15 +1100",
    ]


def test_it_is_strictly_after():
    at = datetime(2026, 5, 4, 5, 0, tzinfo=UTC)

    assert next_after("0 7 * * *", BERLIN, at) == datetime(2026, 5, 5, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize("year", [2026, 2027])
def test_over_a_year_a_daily_job_fires_once_on_each_date(year):
    last = datetime(year, 1, 1, tzinfo=UTC)
    dates = []
    for _ in range(365):
        last = next_after("30 2 * * *", BERLIN, last)
        dates.append(last.astimezone(BERLIN).date())

    assert len(set(dates)) == 365
    assert (dates[-1] - dates[0]).days == 364
