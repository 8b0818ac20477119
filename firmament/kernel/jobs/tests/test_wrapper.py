"""How a run begins, ends, fails and comes back."""

from datetime import timedelta

import pytest

from firmament.kernel.jobs import registry
from firmament.kernel.jobs.errors import (
    AuthFailed,
    Permanent,
    RateLimited,
    Transient,
)
from firmament.kernel.jobs.models import State
from firmament.kernel.jobs.pulse import Inline
from firmament.kernel.jobs.queue import enqueue
from firmament.kernel.jobs.registry import Retry
from firmament.kernel.jobs.run import current_run
from firmament.kernel.jobs.tests.work import effects, leave_effect
from firmament.kernel.jobs.wrapper import execute
from firmament.kernel.tenancy.actor import Domain
from firmament.lib.instant import at, now


def test_a_job_gets_its_ids_its_person_and_ends_with_its_effect(alice, declare, start):
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


def test_a_failed_job_leaves_nothing_and_comes_back_within_its_backoff(alice, declare, start):
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
def test_what_cannot_heal_is_a_dead_letter_at_once(alice, declare, error, error_class, start):
    def fail(run):
        raise error

    declare(fail)
    run, outcome = start(fail, alice)

    run.refresh_from_db()
    assert (run.state, run.error_class, run.error_text) == ("failed", error_class, str(error))
    assert outcome.later is None


def test_being_asked_to_wait_costs_no_try(alice, declare, start):
    until = now() + timedelta(minutes=7)

    def wait(run):
        raise RateLimited(until)

    declare(wait)
    run, outcome = start(wait, alice)

    run.refresh_from_db()
    assert (run.state, run.failures, run.run_after, outcome.later) == ("retrying", 0, until, until)


def test_the_words_of_a_foreign_error_are_not_kept(alice, declare, start):
    def stumble(run):
        raise ValueError("carla@client.example is no number")

    declare(stumble)
    run, _outcome = start(stumble, alice)

    run.refresh_from_db()
    assert "carla" not in run.error_text
    assert run.error_text.startswith("ValueError in stumble, line ")
    assert run.error_class == "unexpected"


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


def test_a_death_is_announced_once_and_its_announcer_may_fail(alice, declare, monkeypatch, start):
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
