"""Whatever random people do in whatever order, nothing is approved that was not."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from firmament.kernel.approvals.actions import ask, decide, is_approved, withdraw
from firmament.kernel.approvals.models import Approval, Decision
from firmament.kernel.identity.founding import join_firm
from firmament.kernel.policies.decide import Denied
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.testing.things.models import PactVersion
from firmament.kernel.testing.world import make_user
from firmament.kernel.versions.actions import restore
from firmament.kernel.versions.tests.factories import make_pact, write
from firmament.lib.canonical import checksum

PEOPLE = 5
person = st.integers(0, PEOPLE - 1)


@pytest.fixture
def people(acme):
    """Five who may approve, and at last one who may only read."""
    found = []
    for number in range(PEOPLE):
        email = f"person{number}@acme.example"
        join_firm(make_user(f"Person {number}", email), role="read_only" if number == PEOPLE - 1 else "staff")
        found.append(staff_actor(email))
    return found


def machine(people):
    class Room(RuleBasedStateMachine):
        """A model of what people did, in plain sets, beside the product."""

        @initialize()
        def begin(self):
            self.point = transaction.savepoint()
            self.pact = make_pact(people[0])
            self.texts: list[tuple[str, object]] = []
            # By approval: who may not decide, and who approved, which content.
            self.barred: dict[object, set[object]] = {}
            self.yes: dict[object, set[object]] = {}
            self.no: set[object] = set()
            self.write(0, "a")

        def teardown(self):
            if hasattr(self, "point"):
                transaction.savepoint_rollback(self.point)

        def latest(self):
            return PactVersion.objects.latest_of(self.pact)

        def approvals(self):
            return list(Approval.objects.about("things.pact", self.pact.pk))

        @rule(who=person, text=st.sampled_from("abc"))
        def write(self, who, text):
            write(people[who], self.pact, text)

        @rule(who=person, number=st.integers(0, 9))
        def restore(self, who, number):
            versions = list(PactVersion.objects.of(self.pact))
            restore(people[who], versions[number % len(versions)])

        @rule(who=person, which=st.integers(0, 2))
        def ask(self, who, which):
            versions = list(PactVersion.objects.of(self.pact)[:3])
            version = versions[which % len(versions)]
            try:
                made = ask(
                    people[who],
                    kind="things.pact",
                    subject=self.pact,
                    version=version,
                    authors={version.author_id},
                )
            except ValidationError:
                assert version != self.latest()
                return
            self.barred.setdefault(made.pk, {version.author_id, people[who].membership_id})

        @precondition(lambda self: self.barred)
        @rule(who=person, which=st.integers(0, 9), verdict=st.sampled_from(["approve", "approve", "reject"]))
        def decide(self, who, which, verdict):
            rows = self.approvals()
            approval = rows[which % len(rows)]
            try:
                with transaction.atomic():
                    decided = decide(people[who], approval, verdict=verdict, comment="Because")
            except (ValidationError, Denied):
                return
            assert decided.checksum == self.latest().checksum
            assert who != PEOPLE - 1, "who may only read decides nothing"
            if verdict == "approve":
                self.yes.setdefault(approval.pk, set()).add(people[who].membership_id)
            else:
                self.no.add(approval.pk)

        @precondition(lambda self: self.barred)
        @rule(who=person, which=st.integers(0, 9))
        def withdraw(self, who, which):
            rows = self.approvals()
            try:
                withdraw(people[who], rows[which % len(rows)])
            except (ValidationError, Denied):
                return

        @invariant()
        def approved_means_two_others_said_so_of_this_content(self):
            if not hasattr(self, "pact"):
                return
            for approval in self.approvals():
                yes = self.yes.get(approval.pk, set())
                said = Decision.objects.filter(approval=approval, verdict="approve")
                assert {row.member_id for row in said} == yes
                assert {row.checksum for row in said} <= {approval.checksum}
                assert not yes & self.barred[approval.pk]
                assert (approval.state == "approved") == (len(yes) >= 2 and approval.pk not in self.no)
                assert (approval.state == "rejected") == (approval.pk in self.no)
            good = {row.checksum for row in self.approvals() if row.state == "approved"}
            for text in "abc":
                mark = checksum({"text": text})
                assert is_approved("things.pact", self.pact.pk, mark) == (mark in good)

        @invariant()
        def at_most_one_question_is_open(self):
            if hasattr(self, "pact"):
                assert sum(row.state == "pending" for row in self.approvals()) <= 1

    return Room


def test_in_any_order_nothing_is_approved_without_enough_others_for_exactly_this_content(people) -> None:
    run_state_machine_as_test(
        lambda: machine(people)(),
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
