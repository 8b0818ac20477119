from datetime import UTC, datetime, timedelta

import pytest

from firmament.kernel.jobs import registry
from firmament.kernel.jobs.inline import run_queued
from firmament.kernel.jobs.jobs import KEPT, forget_old_runs
from firmament.kernel.jobs.models import JobRun, Schedule
from firmament.kernel.jobs.queue import enqueue
from firmament.kernel.jobs.registry import every
from firmament.kernel.jobs.schedule import next_firings, tick, tick_firm
from firmament.kernel.jobs.tests import work  # noqa: F401 - declares the jobs
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.lib.instant import at, now

MONDAY = datetime(2026, 5, 4, 10, tzinfo=UTC)
NEXT_FIRING = datetime(2026, 5, 5, 5, tzinfo=UTC)  # seven in Berlin


@pytest.fixture
def morning():
    """A job at seven in the firm's morning, told at ten on a Monday."""
    calls = []

    @every("0 7 * * *", "tests.morning")
    def greet():
        calls.append(now())

    with at(MONDAY):
        yield calls
    registry.forget("tests.morning")


def runs():
    return JobRun.objects.filter(code="tests.morning")


def test_a_new_job_gets_a_row_in_the_firms_zone_and_waits_for_its_hour(acme, morning):
    tick_firm()
    tick_firm()

    row = Schedule.objects.get(code="tests.morning")
    assert row.next_run_at == NEXT_FIRING
    assert runs().count() == 0


def test_it_fires_once_however_often_the_clock_ticks(acme, morning):
    tick_firm()
    with at(NEXT_FIRING + timedelta(seconds=10)):
        tick_firm()
        tick_firm()
        run_queued()

    row = Schedule.objects.get(code="tests.morning")
    assert runs().get().state == "succeeded"
    assert (row.last_run_at, row.next_run_at) == (
        NEXT_FIRING + timedelta(seconds=10),
        NEXT_FIRING + timedelta(days=1),
    )
    assert len(morning) == 1


def test_after_three_days_without_a_worker_it_fires_once(acme, morning):
    tick_firm()
    with at(NEXT_FIRING + timedelta(days=3, hours=1)):
        tick_firm()
        tick_firm()

    assert runs().count() == 1
    assert Schedule.objects.get(code="tests.morning").next_run_at == NEXT_FIRING + timedelta(days=4)


def test_it_does_not_pile_up_while_the_last_run_waits(acme, morning):
    tick_firm()
    for day in range(3):
        with at(NEXT_FIRING + timedelta(days=day)):
            tick_firm()

    assert runs().count() == 1


def test_a_paused_schedule_stays_silent(acme, morning):
    tick_firm()
    Schedule.objects.filter(code="tests.morning").update(paused=True)
    with at(NEXT_FIRING):
        tick_firm()

    assert runs().count() == 0


def test_a_firm_that_moves_keeps_its_hour_on_its_own_wall(acme, morning):
    tick_firm()
    Firm.objects.filter(pk=acme.pk).update(timezone="Asia/Tokyo")
    with firm_transaction(acme.pk):
        tick_firm()

    assert Schedule.objects.get(code="tests.morning").next_run_at == datetime(2026, 5, 4, 22, tzinfo=UTC)


def test_every_firm_at_work_has_its_own(acme, globex, morning):
    tick()

    with firm_transaction(globex.pk):
        assert Schedule.objects.filter(code="tests.morning").count() == 1


def test_a_suspended_firm_is_left_alone(acme, globex, morning):
    with firm_transaction(globex.pk):
        Firm.objects.filter(pk=globex.pk).update(state="suspended")
        tick()

        assert Schedule.objects.filter(code="tests.morning").count() == 0


def test_the_next_ten_firings_can_be_seen(acme, morning):
    tick_firm()
    shown = {row.code: firings for row, firings in next_firings(10)}["tests.morning"]

    assert len(shown) == 10
    assert {f"{firing:%H:%M}" for firing in shown} == {"07:00"}
    assert shown[0] == NEXT_FIRING


def test_runs_are_forgotten_after_their_time_and_dead_letters_are_not(alice):
    old, young, dead = (enqueue("tests.quick", actor=alice) for _ in range(3))
    long_ago = now() - KEPT - timedelta(days=1)
    JobRun.objects.filter(pk=old.pk).update(state="succeeded", finished_at=long_ago)
    JobRun.objects.filter(pk=young.pk).update(state="succeeded", finished_at=now())
    JobRun.objects.filter(pk=dead.pk).update(state="failed", finished_at=long_ago, error_class="permanent")

    forget_old_runs()

    kept = set(JobRun.objects.values_list("pk", flat=True))
    assert old.pk not in kept
    assert {young.pk, dead.pk} <= kept
