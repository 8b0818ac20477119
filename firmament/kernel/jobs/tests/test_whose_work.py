"""As whom a job acts."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID, uuid4

from firmament.kernel.jobs import registry
from firmament.kernel.jobs.pulse import Inline
from firmament.kernel.jobs.queue import enqueue
from firmament.kernel.jobs.registry import on
from firmament.kernel.jobs.run import current_run
from firmament.kernel.jobs.tests.work import effects, leave_effect
from firmament.kernel.jobs.wrapper import execute
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import now


def test_a_person_who_has_left_works_no_more(alice, declare):
    def look(run):
        leave_effect(run.id)

    declare(look)
    run = enqueue("tests.look", actor=alice)
    Membership.objects.filter(pk=alice.membership_id).update(state="deactivated", deactivated_at=now())
    execute(run.firm_id, run.pk, Inline())

    run.refresh_from_db()
    assert (run.state, run.error_class, effects(run.pk)) == ("failed", "permanent", 0)


def test_without_a_policy_to_ask_nobody_works(alice, declare, monkeypatch, start):
    def look(run):
        leave_effect(run.id)

    declare(look)
    monkeypatch.setattr(registry, "actor_loader", registry._no_actor)
    run, _outcome = start(look, alice)

    run.refresh_from_db()
    assert (run.state, effects(run.pk)) == ("failed", 0)


def test_the_house_acts_as_itself(acme, declare, start):
    seen = []

    def look(run):
        seen.append(run.actor)

    declare(look)
    start(look, Actor.system("elsewhere"))

    assert [(actor.domain, actor.job) for actor in seen] == [(Domain.SYSTEM, "tests.look")]


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
