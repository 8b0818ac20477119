"""Asking, deciding, taking back; and what the database refuses by itself."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from firmament.kernel.approvals.actions import ask, decide, is_approved, withdraw
from firmament.kernel.approvals.checks import check_approvals, faults
from firmament.kernel.approvals.models import Approval, Decision
from firmament.kernel.approvals.policy import UnknownKind, approval_policy, declare_approvals
from firmament.kernel.approvals.waiting import asked_by, pending_for
from firmament.kernel.ledger.timeline import activity
from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.policies.decide import Denied
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.things.models import PactVersion, Thing, ThingVersion
from firmament.kernel.versions.tests.factories import make_pact, make_thing, write
from firmament.lib.canonical import checksum
from firmament.lib.instant import now

State = Approval.State


def asked(actor, subject, **further) -> Approval:
    kind = subject._meta.label_lower
    versions = ThingVersion if kind == "things.thing" else PactVersion
    further = {"authors": {actor.membership_id}, **further}
    return ask(actor, kind=kind, subject=subject, version=versions.objects.latest_of(subject), **further)


def test_somebody_else_approves_and_exactly_that_content_is_approved(alice, bob, ledger) -> None:
    thing = make_thing(alice, "one")
    approval = asked(alice, thing, note="Please", due_on=date(2026, 12, 1))

    decided = decide(bob, approval, verdict="approve", comment="Good")

    assert (decided.state, decided.version_number) == (State.APPROVED, 1)
    assert is_approved("things.thing", thing.pk, checksum({"text": "one"}))
    assert not is_approved("things.thing", thing.pk, checksum({"text": "two"}))
    assert not is_approved("things.thing", uuid4(), checksum({"text": "one"}))
    assert ledger.codes() == ["approvals.approval_asked", "approvals.approval_given"]


def test_what_happened_stands_in_the_objects_own_timeline(alice, bob) -> None:
    thing = make_thing(alice, "one")
    decide(bob, asked(alice, thing), verdict="reject", comment="Say how much")

    rows = activity("things.thing", thing.pk)

    assert [row.sentence for row in rows] == [
        "sent version 1 back: Say how much",
        "asked for approval of version 1",
    ]


def test_neither_the_author_nor_who_asked_decides(ada, alice, bob, ledger) -> None:
    thing = make_thing(alice, "one")
    approval = asked(bob, thing, authors={alice.membership_id})
    ledger.forget()

    for actor in (alice, bob):
        with pytest.raises(ValidationError, match="Somebody else has to decide"):
            decide(actor, approval, verdict="approve")

    assert (Decision.objects.filter(approval__kind="things.thing").count(), ledger.codes()) == (0, [])
    assert decide(ada, approval, verdict="approve").state == State.APPROVED


def test_who_lacks_the_kinds_power_does_not_decide(alice, carla) -> None:
    approval = asked(alice, make_thing(alice, "one"))

    with pytest.raises(Denied):
        decide(carla, approval, verdict="approve")

    assert not Decision.objects.filter(approval__kind="things.thing").exists()


def test_a_pact_needs_two_and_the_same_person_counts_once(ada, alice, bob) -> None:
    pact = make_pact(alice, "one")
    approval = asked(alice, pact)

    assert decide(bob, approval, verdict="approve").state == State.PENDING
    with pytest.raises(ValidationError, match="You have decided already"):
        decide(bob, approval, verdict="approve")
    assert not is_approved("things.pact", pact.pk, checksum({"text": "one"}))
    assert decide(ada, approval, verdict="approve").state == State.APPROVED


def test_one_refusal_closes_the_question_and_needs_a_reason(ada, alice, bob) -> None:
    approval = asked(alice, make_pact(alice, "one"))

    with pytest.raises(ValidationError) as refused:
        decide(bob, approval, verdict="reject", comment="  ")
    assert list(refused.value.message_dict) == ["comment"]
    assert decide(bob, approval, verdict="reject", comment="Too long").state == State.REJECTED
    with pytest.raises(ValidationError, match="closed"):
        decide(ada, approval, verdict="approve")


def test_an_answer_to_what_has_changed_since_is_refused_and_says_so(alice, bob) -> None:
    thing = make_thing(alice, "one")
    approval = asked(alice, thing)
    write(alice, thing, "two")

    with pytest.raises(ValidationError, match="version 1 was asked about, and version 2 stands"):
        decide(bob, approval, verdict="approve")

    assert not is_approved("things.thing", thing.pk, checksum({"text": "two"}))


def test_asking_about_a_newer_version_overtakes_the_open_question(alice, bob) -> None:
    thing = make_thing(alice, "one")
    first = asked(alice, thing)
    write(alice, thing, "two")

    second = asked(alice, thing)

    first.refresh_from_db()
    assert (first.state, second.state, second.version_number) == (State.SUPERSEDED, State.PENDING, 2)
    assert asked(bob, thing) == second, "asking again about the same content is the same question"


def test_asking_about_an_older_version_is_refused(alice) -> None:
    thing = make_thing(alice, "one", "two")
    first = ThingVersion.objects.get(subject=thing, number=1)

    with pytest.raises(ValidationError, match="It has changed"):
        ask(alice, kind="things.thing", subject=thing, version=first, authors=set())

    assert not Approval.objects.filter(kind="things.thing").exists()


def test_who_asked_takes_it_back_and_others_need_the_power_to_decide(ada, alice, bob, carla, ledger) -> None:
    approval = asked(bob, make_thing(bob, "one"))
    with pytest.raises(Denied):
        withdraw(carla, approval)

    assert withdraw(bob, approval).state == State.WITHDRAWN
    with pytest.raises(ValidationError, match="closed"):
        withdraw(alice, approval)
    assert ledger.codes()[-1] == "approvals.approval_withdrawn"


def test_what_waits_for_a_person_is_what_they_may_decide_now(ada, alice, bob, carla) -> None:
    thing, pact, later = make_thing(alice, "one"), make_pact(bob, "one"), make_thing(alice, "one")
    changed = make_thing(alice, "one")
    asked(alice, thing, due_on=date(2026, 12, 9))
    asked(bob, pact, due_on=date(2026, 12, 1))
    asked(alice, later)
    asked(alice, changed)
    write(alice, changed, "two")

    assert [row.object_id for row in pending_for(ada)] == [pact.pk, thing.pk, later.pk]
    assert [row.object_id for row in pending_for(bob)] == [thing.pk, later.pk]
    assert [row.object_id for row in pending_for(alice)] == [pact.pk]
    assert pending_for(carla) == []
    assert [row.object_id for row in asked_by(alice)][:3] == [changed.pk, later.pk, thing.pk]
    first = pending_for(ada)[0]
    assert (first.name, first.title, first.asked_by, first.number, first.given) == (
        pact.name,
        "Pact",
        "Bob Staff",
        1,
        0,
    )


def test_what_one_has_answered_waits_for_the_others_only(ada, alice, bob) -> None:
    approval = asked(alice, make_pact(alice, "one"))
    decide(bob, approval, verdict="approve")

    assert pending_for(bob) == []
    assert [row.given for row in pending_for(ada)] == [1]


def test_a_wall_hides_the_question_as_it_hides_the_object(ada, alice, bob) -> None:
    client_id = uuid4()
    thing = make_thing(alice, "one", client_id=client_id)
    approval = asked(alice, thing)
    assert approval.client_id == client_id
    member = Membership.objects.get(pk=bob.membership_id)

    with transaction.atomic():
        raise_wall_on(ada, member, client_id)
        assert pending_for(bob) == []
        with pytest.raises(Denied):
            decide(bob, approval, verdict="approve")
        transaction.set_rollback(True)


def raise_wall_on(ada, member, client_id) -> None:
    # The composite key to the client is checked at commit, which this test never reaches.
    raise_wall(ada, membership=member, client_id=client_id, reason="Conflict of interest")


def test_what_waits_costs_the_same_for_one_and_for_twenty(alice, bob, queries) -> None:
    asked(alice, make_thing(alice, "one"))
    asked(alice, make_pact(alice, "one"))
    with queries() as one:
        pending_for(bob)
    for _ in range(19):
        asked(alice, make_thing(alice, "one"))

    with queries() as twenty:
        assert len(pending_for(bob)) == 21

    assert twenty.count <= one.count <= 8


# What the database refuses, whoever writes to it


def refuses(name: str):
    return pytest.raises(IntegrityError, match=name)


def row_of(approval: Approval, member_id, **further) -> Decision:
    return Decision(
        **{
            "approval": approval,
            "member_id": member_id,
            "verdict": "approve",
            "checksum": approval.checksum,
            "decided_at": now(),
            **further,
        }
    )


def test_the_database_refuses_a_decision_by_the_author_of_other_content_or_on_a_closed_question(
    ada, alice, bob
) -> None:
    approval = asked(alice, make_thing(alice, "one"))

    with refuses("does not decide"), transaction.atomic():
        row_of(approval, alice.membership_id).save()
    with refuses("other content"), transaction.atomic():
        row_of(approval, bob.membership_id, checksum="0" * 64).save()
    with refuses("decision_refusal_has_a_reason"), transaction.atomic():
        row_of(approval, bob.membership_id, verdict="reject", comment=" ").save()
    decide(bob, approval, verdict="approve")
    with refuses("closed"), transaction.atomic():
        row_of(approval, ada.membership_id).save()


def test_the_database_approves_nothing_that_too_few_approved(alice, bob) -> None:
    approval = asked(alice, make_pact(alice, "one"))
    decide(bob, approval, verdict="approve")

    for state in ("approved", "rejected"):
        with refuses("decisions do not say so"), transaction.atomic():
            Approval.objects.filter(pk=approval.pk).update(state=state, decided_at=now())


@pytest.mark.parametrize(
    "change", [{"checksum": "0" * 64}, {"needed": 2}, {"authors": []}, {"not_author": False}, {"note": "x"}]
)
def test_the_database_keeps_what_was_asked_as_it_was_asked(alice, change) -> None:
    approval = asked(alice, make_thing(alice, "one"))

    with refuses("stays as it was asked"), transaction.atomic():
        Approval.objects.filter(pk=approval.pk).update(**change)


def test_the_database_reopens_nothing_begins_nothing_approved_and_forgets_nothing(alice, bob) -> None:
    approval = asked(alice, make_thing(alice, "one"))
    decision = decide(bob, approval, verdict="approve").decisions.get()

    with refuses("stays closed"), transaction.atomic():
        Approval.objects.filter(pk=approval.pk).update(state="pending", decided_at=None)
    with refuses("begins as a question"), transaction.atomic():
        copy = Approval.objects.get(pk=approval.pk)
        copy.pk = uuid4()
        copy.save(force_insert=True)
    with refuses("evidence"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM approvals_approval WHERE id = %s", [approval.pk])
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(comment="x")


# Declarations


def test_a_kind_is_declared_once_and_asked_for_by_its_label() -> None:
    with pytest.raises(ValueError, match="once"):
        declare_approvals("things.thing", power="things.approve", title="Thing", url_name="home:home")
    with pytest.raises(UnknownKind):
        approval_policy("things.nothing")
    assert approval_policy("things.thing").model is Thing
    assert check_approvals() == []


def test_a_kind_whose_page_is_not_there_is_found_at_start() -> None:
    lost = replace(approval_policy("things.thing"), url_name="things:nowhere")

    assert [problem.id for problem in faults(lost)] == ["approvals.E003"]
