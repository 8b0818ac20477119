"""Powers that are kept apart stay apart whatever is done, in whatever order."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmament.kernel.identity.actions import deactivate_membership, reactivate_membership
from firmament.kernel.identity.founding import join_firm
from firmament.kernel.identity.models import User
from firmament.kernel.policies.actions import (
    assign_role,
    revoke_role,
)
from firmament.kernel.policies.authority import authority_of, forget_authority
from firmament.kernel.policies.duties import (
    end_exemption,
    enforce_duties,
    exempt,
    part_duties,
)
from firmament.kernel.policies.holders import in_breach
from firmament.kernel.policies.lending import lend_powers, take_back
from firmament.kernel.policies.models import Delegation
from firmament.kernel.policies.models_duties import DutyException
from firmament.kernel.policies.roles import change_role
from firmament.kernel.policies.tests.duties import ONE, OTHER, member, role_of
from firmament.kernel.policies.tests.worlds import undone
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.testing.fixtures import staff_actor
from firmament.lib.instant import now

STEP = st.tuples(
    st.sampled_from(["give", "take", "carry", "drop", "lend", "back", "exempt", "end", "leave", "return"]),
    st.integers(0, 2),
    st.integers(0, 2),
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(STEP, max_size=14))
def test_after_any_sequence_nobody_has_both_without_an_exception(acme: Firm, steps) -> None:
    with undone():
        ada = staff_actor("ada@acme.example")
        alice = staff_actor("alice@acme.example")
        pair = part_duties(ada, first=ONE, second=OTHER, kind="hold", reason="x")
        for by, who in ((ada, "alice"), (alice, "ada")):
            exempt(by, pair, member(who), reason="x", ends_at=now() + timedelta(days=30))
        enforce_duties(ada, pair)
        roles = [role_of(code="r0"), role_of(ONE, code="r1"), role_of(OTHER, code="r2")]
        people = [
            join_firm(User.objects.create_user(f"p{n}@acme.example", f"P{n}"), role=["r0"]) for n in range(3)
        ]
        for step in steps:
            try:
                with transaction.atomic():
                    take_step(step, ada, alice, pair, roles, people)
            except ValidationError:
                pass
            forget_authority()
            broken = in_breach(pair)
            assert broken == []
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS policies_duties_apart IMMEDIATE")
                cursor.execute("SET CONSTRAINTS policies_duties_apart DEFERRED")
            for person in people:
                held = authority_of(Actor.of_staff(person))
                both = all(held.loans_of(power) or power in held.powers for power in (ONE, OTHER))
                excepted = DutyException.objects.in_force(at=now()).filter(membership=person).exists()
                assert excepted or not both


def take_step(step, ada, alice, pair, roles, people) -> None:
    what, who, which = step
    person, role = people[who], roles[which]
    person.refresh_from_db()
    role.refresh_from_db()
    match what:
        case "give":
            assign_role(ada, person, role)
        case "take":
            revoke_role(ada, person, role)
        case "carry":
            change_role(ada, role, name=role.name, clearance=role.clearance, powers=[ONE, OTHER][: which + 1])
        case "drop":
            change_role(ada, role, name=role.name, clearance=role.clearance, powers=[])
        case "lend":
            lend_powers(
                alice,
                lender=member("alice"),
                borrower=person,
                powers=[ONE, OTHER][which % 2 :][:1],
                starts_at=now() + timedelta(days=which),
                ends_at=now() + timedelta(days=which + 1),
                reason="x",
            )
        case "back":
            for lent in Delegation.objects.not_over(at=now()).filter(borrower=person):
                take_back(alice, lent)
        case "exempt":
            exempt(ada, pair, person, reason="x", ends_at=now() + timedelta(days=5))
        case "end":
            for granted in DutyException.objects.in_force(at=now()).filter(membership=person):
                end_exemption(ada, granted)
        case "leave":
            if person.state == "active":
                deactivate_membership(ada, person)
        case "return":
            reactivate_membership(ada, person)
