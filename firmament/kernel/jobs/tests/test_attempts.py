"""Who owns a run: leases, crashes, and an attempt that was overtaken."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from firmament.kernel.jobs.claim import FIRM_CAP, claim
from firmament.kernel.jobs.errors import (
    StaleAttempt,
)
from firmament.kernel.jobs.models import JobRun
from firmament.kernel.jobs.pulse import Attempt, Inline, Progress, write
from firmament.kernel.jobs.queue import enqueue
from firmament.kernel.jobs.registry import Lane, Retry
from firmament.kernel.jobs.tests.work import effects, leave_effect
from firmament.kernel.jobs.wrapper import execute
from firmament.lib.instant import now


def test_an_attempt_that_was_overtaken_changes_nothing(alice, declare, start):
    def overtaken(run):
        leave_effect(run.id)
        JobRun.objects.filter(pk=run.id).update(attempt=7)

    declare(overtaken)
    run, outcome = start(overtaken, alice)

    run.refresh_from_db()
    assert effects(run.pk) == 0
    assert run.state == "running"
    assert outcome.later is not None


def test_a_beat_of_an_overtaken_attempt_changes_nothing(alice, declare, start):
    def speak(run):
        JobRun.objects.filter(pk=run.id).update(attempt=7)
        with pytest.raises(StaleAttempt), run.beat():
            leave_effect(run.id)
        raise StaleAttempt

    declare(speak, outside=True)
    run, _outcome = start(speak, alice)

    assert effects(run.pk) == 0


def test_a_run_in_living_hands_is_left_there(alice, declare):
    def look(run):
        leave_effect(run.id)

    declare(look)
    run = enqueue("tests.look", actor=alice)
    claim(run.firm_id, run.pk)
    outcome = execute(run.firm_id, run.pk, Inline())

    assert outcome.later > now()
    assert effects(run.pk) == 0


def test_a_run_whose_lease_ran_out_is_taken_over_and_the_crash_counts(alice, declare):
    def look(run):
        leave_effect(run.id)

    declare(look)
    run = enqueue("tests.look", actor=alice)
    claim(run.firm_id, run.pk)
    JobRun.objects.filter(pk=run.pk).update(lease_until=Now() - timedelta(seconds=1))
    execute(run.firm_id, run.pk, Inline())

    run.refresh_from_db()
    assert (run.state, run.attempt, run.failures, effects(run.pk)) == ("succeeded", 2, 1, 1)


def test_a_job_that_kills_its_worker_each_time_becomes_a_dead_letter(alice, declare):
    def look(run):
        leave_effect(run.id)

    declare(look)
    run = enqueue("tests.look", actor=alice)
    for _ in range(Retry.TRANSIENT.value.tries + 1):
        claim(run.firm_id, run.pk)
        JobRun.objects.filter(pk=run.pk, state="running").update(lease_until=Now() - timedelta(seconds=1))

    run.refresh_from_db()
    assert (run.state, run.error_class) == ("failed", "crashed")


def test_a_finished_run_is_not_done_again(alice, declare, start):
    def look(run):
        leave_effect(run.id)

    declare(look)
    run, _outcome = start(look, alice)
    again = execute(run.firm_id, run.pk, Inline())

    assert again.later is None
    assert effects(run.pk) == 1


def test_one_firm_fills_only_its_share_of_a_lane(alice, declare):
    def look(run):
        leave_effect(run.id)

    declare(look, lane=Lane.SOON)
    runs = [enqueue("tests.look", actor=alice) for _ in range(FIRM_CAP[Lane.SOON] + 1)]
    for run in runs[:-1]:
        claim(run.firm_id, run.pk)
    outcome = execute(runs[-1].firm_id, runs[-1].pk, Inline())

    assert outcome.crowded
    assert outcome.later - now() < timedelta(seconds=1)
    runs[-1].refresh_from_db()
    assert (runs[-1].state, runs[-1].attempt) == ("queued", 0)


def test_progress_is_written_by_the_pulse_and_extends_the_lease(alice, declare):
    def look(run):
        leave_effect(run.id)

    declare(look)
    run = enqueue("tests.look", actor=alice)
    claim(run.firm_id, run.pk)
    run.refresh_from_db()
    JobRun.objects.filter(pk=run.pk).update(lease_until=run.lease_until - timedelta(seconds=10))
    attempt = Attempt(run.firm_id, run.pk, run.attempt)
    attempt.report(Progress(done=40, total=80, what="Reading the file"))
    write([attempt])

    before = run.lease_until
    run.refresh_from_db()
    assert (run.progress_done, run.progress_total, run.progress_what, run.percent) == (
        40,
        80,
        "Reading the file",
        50,
    )
    assert run.lease_until >= before


def test_the_pulse_tells_an_overtaken_attempt_that_it_is_lost(alice, declare):
    def look(run):
        leave_effect(run.id)

    declare(look)
    run = enqueue("tests.look", actor=alice)
    claim(run.firm_id, run.pk)
    run.refresh_from_db()
    attempt = Attempt(run.firm_id, run.pk, run.attempt - 1)
    write([attempt])

    assert attempt.lost


def test_the_last_progress_is_kept_with_the_end(alice, declare, start):
    def count(run):
        run.progress(3, 3, "Counted")

    declare(count)
    run, _outcome = start(count, alice)

    run.refresh_from_db()
    assert (run.progress_done, run.progress_total, run.percent) == (3, 3, 100)


def test_the_database_keeps_a_run_in_order(alice, declare):
    def look(run):
        leave_effect(run.id)

    declare(look)
    run = enqueue("tests.look", actor=alice)
    for broken in (
        {"state": "running"},
        {"state": "succeeded"},
        {"state": "dreaming"},
        {"state": "failed", "finished_at": now()},
        {"lease_until": now()},
        {"progress_done": 3, "progress_total": 2},
    ):
        with pytest.raises(Exception, match="violates check constraint"), transaction.atomic():
            JobRun.objects.filter(pk=run.pk).update(**broken)

    run.refresh_from_db()
    assert run.state == "queued"
    assert connection.in_atomic_block
