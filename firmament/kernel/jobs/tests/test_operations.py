from datetime import timedelta

import pytest
from django.db import connection

from firmament.kernel.jobs import health
from firmament.kernel.jobs.inline import run_queued
from firmament.kernel.jobs.models import JobRun
from firmament.kernel.jobs.operations import dead_letters, discard, replay, request_cancel
from firmament.kernel.jobs.queue import enqueue
from firmament.kernel.jobs.reaper import requeue_lost
from firmament.kernel.jobs.registry import Lane
from firmament.kernel.jobs.tests.work import effects
from firmament.kernel.ledger.models import Entry
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.lib.instant import at, now


@pytest.fixture
def dead(alice):
    """A dead letter of Acme."""
    run = enqueue("tests.hopeless", actor=alice)
    run_queued(raise_errors=False)
    run.refresh_from_db()
    return run


def rows_of(run):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_jobs WHERE args->>'run_id' = %s", [str(run.pk)])
        return cursor.fetchall()


def test_a_dead_letter_is_listed_with_its_reason_in_its_own_firm_only(dead, globex):
    listed = dead_letters().get()
    with firm_transaction(globex.pk):
        elsewhere = dead_letters().count()

    assert (listed.pk, listed.error_class) == (dead.pk, "unexpected")
    assert listed.error_text.startswith("ValueError in hopeless, line ")
    assert elsewhere == 0


def test_replaying_is_a_new_attempt_of_the_same_run(alice, dead):
    JobRun.objects.filter(pk=dead.pk).update(code="tests.quick")

    assert replay(alice, dead)
    run_queued()

    dead.refresh_from_db()
    assert (dead.state, dead.attempt, dead.error_class, dead.closed_by_id) == (
        "succeeded",
        2,
        "",
        alice.user_id,
    )
    assert effects(dead.pk) == 1


def test_of_two_clicks_on_replay_one_counts(alice, dead):
    assert replay(alice, dead)
    assert not replay(alice, dead)
    assert len(rows_of(dead)) == 1


def test_a_discarded_letter_keeps_its_reason_and_is_not_replayed(alice, dead):
    assert discard(alice, dead)
    assert not replay(alice, dead)

    dead.refresh_from_db()
    assert (dead.state, dead.error_class, dead.closed_by_id) == ("canceled", "unexpected", alice.user_id)
    assert dead_letters().count() == 0


def test_a_waiting_run_is_canceled_at_once_and_never_done(alice):
    run = enqueue("tests.quick", actor=alice)

    assert request_cancel(alice, run)
    assert not request_cancel(alice, run)
    run_queued()

    run.refresh_from_db()
    assert (run.state, run.attempt, effects(run.pk)) == ("canceled", 0, 0)
    assert rows_of(run) == []


def test_a_running_job_stops_at_its_next_look(alice, monkeypatch):
    run = enqueue("tests.patient", actor=alice)

    def cancel(seconds):
        request_cancel(alice, run)

    monkeypatch.setattr("firmament.kernel.jobs.tests.work.time.sleep", cancel)
    run_queued()

    run.refresh_from_db()
    assert (run.state, run.progress_done, run.progress_total) == ("canceled", 1, 600)


def test_a_finished_run_cannot_be_canceled(alice):
    run = enqueue("tests.quick", actor=alice)
    run_queued()

    assert not request_cancel(alice, run)


def test_a_run_without_a_row_gets_one_again(alice):
    run = enqueue("tests.quick", actor=alice)
    kept = enqueue("tests.quick", actor=alice)
    long_ago = now() - timedelta(minutes=30)
    JobRun.objects.filter(pk__in=[run.pk, kept.pk]).update(updated_at=long_ago)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE args->>'run_id' = %s", [str(run.pk)])

    requeue_lost()

    assert len(rows_of(run)) == 1
    assert len(rows_of(kept)) == 1


def test_a_job_for_later_waits_for_its_hour(alice):
    run = enqueue("tests.quick", actor=alice, at=now() + timedelta(hours=2))

    run_queued()
    early = effects(run.pk)
    with at(now() + timedelta(hours=2, minutes=1)):
        run_queued()

    assert (early, effects(run.pk)) == (0, 1)


def test_running_the_queue_raises_what_a_job_raises(alice):
    enqueue("tests.hopeless", actor=alice)

    with pytest.raises(ValueError, match="is no number"):
        run_queued()


def test_the_lanes_show_what_waits_and_for_how_long(alice):
    before = {lane.lane: lane.waiting for lane in health.lanes()}
    enqueue("tests.quick", actor=alice)
    enqueue("tests.quick", actor=alice, at=now() + timedelta(hours=2))

    after = {lane.lane: lane for lane in health.lanes()}

    assert after[Lane.NOW].waiting == before[Lane.NOW] + 1
    assert 0 <= after[Lane.NOW].lag_seconds < 60
    assert after[Lane.BULK].running == 0


def test_a_death_is_a_line_in_the_ledger(dead):
    (line,) = [entry for entry in Entry.objects.all() if entry.payload.get("run_id") == str(dead.pk)]

    assert (line.code, line.job, line.payload["reason"]) == (
        "ledger.job_failed",
        "tests.hopeless",
        "unexpected",
    )
