from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from firmament.kernel.jobs import registry
from firmament.kernel.jobs.claim import FIRM_CAP, claim
from firmament.kernel.jobs.errors import (
    AuthFailed,
    Permanent,
    RateLimited,
    StaleAttempt,
    Transient,
)
from firmament.kernel.jobs.models import JobRun, State
from firmament.kernel.jobs.pulse import Attempt, Inline, Progress, write
from firmament.kernel.jobs.queue import enqueue
from firmament.kernel.jobs.registry import Lane, Retry, job, on
from firmament.kernel.jobs.run import current_run
from firmament.kernel.jobs.tests.work import effects, leave_effect
from firmament.kernel.jobs.wrapper import execute
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import at, now


@pytest.fixture
def declare():
    """Declare a job for one test."""
    before = set(registry.job_specs())
    yield lambda function, **details: job(f"tests.{function.__name__}", **details)(function)
    registry.forget(*(set(registry.job_specs()) - before))


def start(function, actor, **ids):
    run = enqueue(f"tests.{function.__name__}", actor=actor, ids=ids)
    return run, execute(run.firm_id, run.pk, Inline())


def test_a_job_gets_its_ids_its_person_and_ends_with_its_effect(alice, declare):
    seen = {}

    def look(run, client):
        seen.update(client=client, actor=run.actor, current=current_run(), attempt=run.attempt)
        leave_effect(run.id)

    declare(look)
    run, outcome = start(look, alice, client="0197")

    run.refresh_from_db()
    assert (seen["client"], seen["attempt"]) == ("0197", 1)
    assert (seen["actor"].domain, seen["actor"].user_id) == (Domain.STAFF, alice.user_id)
    assert seen["current"].id == run.pk
    assert outcome.later is None
    assert (run.state, run.attempt, effects(run.pk), run.lease_until) == ("succeeded", 1, 1, None)
    assert run.started_at is not None and run.finished_at is not None


def test_a_failed_job_leaves_nothing_and_comes_back_within_its_backoff(alice, declare):
    def fail(run):
        leave_effect(run.id)
        raise Transient("The line was busy.")

    declare(fail)
    before = now()
    run, outcome = start(fail, alice)

    run.refresh_from_db()
    assert effects(run.pk) == 0
    assert (run.state, run.error_class, run.error_text) == ("retrying", "transient", "The line was busy.")
    assert before <= run.run_after <= now() + Retry.TRANSIENT.value.first
    assert outcome.later == run.run_after


def test_backoff_grows_and_ends_in_a_dead_letter(alice, declare):
    def fail(run):
        raise Transient("Still busy.")

    declare(fail)
    run = enqueue("tests.fail", actor=alice)
    waits = []
    moment = now()
    for _ in range(Retry.TRANSIENT.value.tries):
        with at(moment):
            execute(run.firm_id, run.pk, Inline())
            run.refresh_from_db()
        if run.state == State.RETRYING:
            waits.append(run.run_after - moment)
            moment = run.run_after

    assert (run.state, run.attempt, run.failures) == ("failed", 8, 8)
    assert all(wait <= timedelta(seconds=2 * 2**n) for n, wait in enumerate(waits))
    assert len(waits) == 7


@pytest.mark.parametrize(
    ("error", "error_class"),
    [(Permanent("The number is not a number."), "permanent"), (AuthFailed("The key is refused."), "auth")],
)
def test_what_cannot_heal_is_a_dead_letter_at_once(alice, declare, error, error_class):
    def fail(run):
        raise error

    declare(fail)
    run, outcome = start(fail, alice)

    run.refresh_from_db()
    assert (run.state, run.error_class, run.error_text) == ("failed", error_class, str(error))
    assert outcome.later is None


def test_being_asked_to_wait_costs_no_try(alice, declare):
    until = now() + timedelta(minutes=7)

    def wait(run):
        raise RateLimited(until)

    declare(wait)
    run, outcome = start(wait, alice)

    run.refresh_from_db()
    assert (run.state, run.failures, run.run_after, outcome.later) == ("retrying", 0, until, until)


def test_the_words_of_a_foreign_error_are_not_kept(alice, declare):
    def stumble(run):
        raise ValueError("carla@client.example is no number")

    declare(stumble)
    run, _outcome = start(stumble, alice)

    run.refresh_from_db()
    assert "carla" not in run.error_text
    assert run.error_text.startswith("ValueError in stumble, line ")
    assert run.error_class == "unexpected"


def test_an_attempt_that_was_overtaken_changes_nothing(alice, declare):
    def overtaken(run):
        leave_effect(run.id)
        JobRun.objects.filter(pk=run.id).update(attempt=7)

    declare(overtaken)
    run, outcome = start(overtaken, alice)

    run.refresh_from_db()
    assert effects(run.pk) == 0
    assert run.state == "running"
    assert outcome.later is not None


def test_a_beat_of_an_overtaken_attempt_changes_nothing(alice, declare):
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


def test_a_finished_run_is_not_done_again(alice, declare):
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


def test_a_person_who_has_left_works_no_more(alice, declare):
    def look(run):
        leave_effect(run.id)

    declare(look)
    run = enqueue("tests.look", actor=alice)
    Membership.objects.filter(pk=alice.membership_id).update(state="deactivated", deactivated_at=now())
    execute(run.firm_id, run.pk, Inline())

    run.refresh_from_db()
    assert (run.state, run.error_class, effects(run.pk)) == ("failed", "permanent", 0)


def test_without_a_policy_to_ask_nobody_works(alice, declare, monkeypatch):
    def look(run):
        leave_effect(run.id)

    declare(look)
    monkeypatch.setattr(registry, "actor_loader", registry._no_actor)
    run, _outcome = start(look, alice)

    run.refresh_from_db()
    assert (run.state, effects(run.pk)) == ("failed", 0)


def test_the_house_acts_as_itself(acme, declare):
    seen = []

    def look(run):
        seen.append(run.actor)

    declare(look)
    start(look, Actor.system("elsewhere"))

    assert [(actor.domain, actor.job) for actor in seen] == [(Domain.SYSTEM, "tests.look")]


def test_a_job_that_this_release_does_not_know_waits_for_one_that_does(alice, declare):
    def look(run):
        leave_effect(run.id)

    declare(look)
    run = enqueue("tests.look", actor=alice)
    registry.forget("tests.look")
    outcome = execute(run.firm_id, run.pk, Inline())

    run.refresh_from_db()
    assert run.state == "retrying"
    assert outcome.later > now()


def test_a_death_is_announced_once_and_its_announcer_may_fail(alice, declare, monkeypatch):
    heard = []

    def hear(run):
        heard.append((run.code, run.state))
        raise RuntimeError("no ink")

    def fail(run):
        raise Permanent("No.")

    declare(fail)
    monkeypatch.setattr(registry, "on_dead", hear)
    run, _outcome = start(fail, alice)

    run.refresh_from_db()
    assert heard == [("tests.fail", "failed")]
    assert run.state == "failed"


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


def test_the_last_progress_is_kept_with_the_end(alice, declare):
    def count(run):
        run.progress(3, 3, "Counted")

    declare(count)
    run, _outcome = start(count, alice)

    run.refresh_from_db()
    assert (run.progress_done, run.progress_total, run.percent) == (3, 3, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class SomethingHappened:
    code: ClassVar[str] = "tests.something_happened"
    thing_id: UUID


def test_followers_of_an_event_get_it_and_act_as_the_house_or_as_the_person(alice, declare, monkeypatch):
    seen = []

    @on(SomethingHappened, code="tests.follow")
    def follow(event):
        seen.append(("follow", event.thing_id, current_run().actor.domain))

    @on(SomethingHappened, code="tests.follow_for", as_person=True)
    def follow_for(run, event):
        seen.append(("follow_for", event.thing_id, run.actor.domain))

    event = SomethingHappened(thing_id=uuid4())
    entry_id = uuid4()
    monkeypatch.setattr(registry, "event_loader", {entry_id: event}.__getitem__)
    for code in registry.subscribers_of(SomethingHappened.code):
        run = enqueue(code, actor=alice, entry_id=entry_id)
        execute(run.firm_id, run.pk, Inline())
    registry.forget("tests.follow", "tests.follow_for")

    assert seen == [
        ("follow", event.thing_id, Domain.SYSTEM),
        ("follow_for", event.thing_id, Domain.STAFF),
    ]


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
