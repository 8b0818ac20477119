"""Powers that are kept apart: nobody is given both, and nobody uses both on one thing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from firmament.kernel.identity.actions import deactivate_membership, invite, reactivate_membership
from firmament.kernel.identity.founding import join_firm
from firmament.kernel.ledger.events import Event
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.actions import (
    assign_role,
    create_team,
    plainly,
    revoke_role,
)
from firmament.kernel.policies.authority import authority_of, forget_authority
from firmament.kernel.policies.decide import Denied, may, require, visible
from firmament.kernel.policies.duties import (
    end_exemption,
    enforce_duties,
    exempt,
    join_duties,
    part_duties,
)
from firmament.kernel.policies.events import BuiltInRolesRefreshed
from firmament.kernel.policies.explain import explain
from firmament.kernel.policies.holders import holders, in_breach
from firmament.kernel.policies.kernel_events import DutiesParted
from firmament.kernel.policies.lending import lend_powers
from firmament.kernel.policies.models import Role, RoleAssignment, RolePower, Team
from firmament.kernel.policies.models_duties import DutyException, DutyPair
from firmament.kernel.policies.provision import refresh_builtin_roles
from firmament.kernel.policies.renames import carry_over_renamed_powers
from firmament.kernel.policies.roles import change_role
from firmament.kernel.policies.tests.duties import ONE, OTHER, member, role_of
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.at_once import crowd
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.testing.world import make_user
from firmament.lib.instant import at, now

SAID = "two powers that the firm keeps apart"


@pytest.fixture
def parted(ada: Actor, alice: Actor) -> DutyPair:
    """A pair in force; Bob has neither power, Ada and Alice are exempt for a month, each by the other."""
    pair = part_duties(ada, first=OTHER, second=ONE, kind="hold", reason="Four eyes")
    for by, who in ((ada, "alice"), (alice, "ada")):
        exempt(by, pair, member(who), reason="Until June", ends_at=now() + timedelta(days=30))
    return enforce_duties(ada, pair)


@pytest.fixture
def carl(parted: DutyPair) -> Membership:
    """Somebody with the first power."""
    role_of(ONE, code="teams")
    role_of(OTHER, code="walls")
    return join_firm(make_user("Carl", "carl@acme.example"), role=["teams"])


def test_a_pair_waits_until_whoever_has_both_is_exempt_or_has_one_no_more(ada, alice, ledger):
    pair = part_duties(ada, first=ONE, second=OTHER, kind="hold", reason="Four eyes")

    with pytest.raises(ValidationError) as refused:
        enforce_duties(ada, pair)
    with pytest.raises(ValidationError):
        exempt(ada, pair, member("ada"), reason="I may", ends_at=now() + timedelta(days=3))
    exempt(ada, pair, member("alice"), reason="Founder", ends_at=now() + timedelta(days=3))
    with pytest.raises(ValidationError):
        enforce_duties(ada, pair)
    exempt(alice, pair, member("ada"), reason="Founder", ends_at=now() + timedelta(days=3))
    enforce_duties(alice, pair)

    assert "Ada Admin" in refused.value.messages[0]
    assert "by the role Partner" in refused.value.messages[0]
    assert pair.powers == (ONE, OTHER)
    assert [h.member.user.name for h in holders([pair])[pair.pk]] == ["Ada Admin", "Alice Partner"]
    assert ledger.codes() == [
        "policies.duties_parted",
        "policies.duty_exempted",
        "policies.duty_exempted",
        "policies.duties_enforced",
    ]


def test_what_makes_no_pair_is_refused(ada):
    def said(first: str, second: str, kind: str = "hold", reason: str = "x") -> None:
        with pytest.raises(ValidationError):
            part_duties(ada, first=first, second=second, kind=kind, reason=reason)

    part_duties(ada, first=ONE, second=OTHER, kind="hold", reason="x")
    said(OTHER, ONE)
    said(ONE, ONE)
    said(ONE, "no.such")
    said(ONE, "policies.manage_duties")
    said(ONE, "policies.raise_wall", reason=" ")
    said("policies.raise_wall", "policies.manage_portal", kind="use")
    said("policies.raise_wall", OTHER, kind="use")

    assert DutyPair.objects.count() == 1


def roads(ada: Actor, alice: Actor, carl: Membership) -> dict[str, Callable[[], object]]:
    """Every way in which somebody who has the one power could come to the other."""
    teams, walls = Role.objects.get(code="teams"), Role.objects.get(code="walls")
    about = {"powers": [OTHER], "starts_at": now() + timedelta(days=3), "reason": "Away"}

    def comes_back() -> None:
        deactivate_membership(ada, carl)
        RoleAssignment.objects.create(membership=carl, role=walls)
        carl.refresh_from_db()
        reactivate_membership(ada, carl)

    return {
        "a role": lambda: assign_role(ada, carl, walls),
        "what a role carries": lambda: change_role(
            ada, teams, name="Teams", clearance="confidential", powers=[ONE, OTHER]
        ),
        "lending": lambda: lend_powers(
            alice, lender=member("alice"), borrower=carl, ends_at=now() + timedelta(days=5), **about
        ),
        "an invitation": lambda: invite(
            ada, email="new@acme.example", name="New", domain="staff", role_codes=["teams", "walls"]
        ),
        "taking up an invitation": lambda: join_firm(
            make_user("New", "new@acme.example"), role=["teams", "walls"]
        ),
        "coming back": comes_back,
    }


@pytest.mark.parametrize(
    "road",
    [
        "a role",
        "what a role carries",
        "lending",
        "an invitation",
        "taking up an invitation",
        "coming back",
    ],
)
def test_nobody_comes_to_both_by_any_road(ada, alice, carl, parted, ledger, road):
    ledger.forget()
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        roads(ada, alice, carl)[road]()

    said = " ".join(refused.value.messages)
    assert SAID in said
    assert "by the role Teams" in said
    assert ("by the role Walls" in said) or ("lent by Alice" in said) or road == "what a role carries"
    assert "invitation" in road or "Carl" in said
    assert not in_breach(parted)
    assert ledger.codes() == []


def test_changing_sides_in_one_step_is_not_having_both(ada, carl, parted):
    teams, walls = Role.objects.get(code="teams"), Role.objects.get(code="walls")
    with plainly():
        assign_role(ada, carl, walls)
        revoke_role(ada, carl, teams)

    assert set(authority_of(Actor.of_staff(carl)).powers) == {OTHER}


def test_two_loans_at_different_times_are_not_both_at_once(ada, alice, bob, parted):
    def lend(power: str, starts: int) -> None:
        lend_powers(
            alice,
            lender=member("alice"),
            borrower=member("bob"),
            powers=[power],
            starts_at=now() + timedelta(days=starts),
            ends_at=now() + timedelta(days=starts + 2),
            reason="Away",
        )

    lend(ONE, 1)
    lend(OTHER, 3)
    with pytest.raises(ValidationError):
        lend(OTHER, 2)

    assert not in_breach(parted)


RAW = {
    "one more role": "INSERT INTO policies_roleassignment (id, firm_id, membership_id, role_id, created_at, updated_at)"
    " SELECT gen_random_uuid(), firm_id, '{carl}', id, now(), now() FROM policies_role WHERE code = 'walls'",
    "a power for a role": "INSERT INTO policies_rolepower (id, firm_id, role_id, power, created_at, updated_at)"
    f" SELECT gen_random_uuid(), firm_id, id, '{OTHER}', now(), now() FROM policies_role WHERE code = 'teams'",
    "another role for everybody": "UPDATE policies_roleassignment SET role_id = (SELECT id FROM policies_role"
    " WHERE code = 'both') WHERE membership_id = '{carl}'",
    "another power in the role": f"UPDATE policies_rolepower SET power = '{OTHER}' WHERE role_id ="
    " (SELECT id FROM policies_role WHERE code = 'teams') AND power = 'audit.verify'",
    "an exception that ends": "UPDATE policies_dutyexception SET ended_at = now()",
    "an exception that goes": "DELETE FROM policies_dutyexception",
    "a pair nobody asked about": "UPDATE policies_dutypair SET power_a = 'documents.request',"
    " power_b = 'documents.review'",
}


@pytest.mark.parametrize("way", RAW)
def test_sql_by_hand_is_refused_at_the_commit(ada, carl, parted, way):
    role_of(ONE, OTHER, code="both")
    RolePower.objects.create(role=Role.objects.get(code="teams"), power="audit.verify")
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RAW[way].format(carl=carl.pk))
        cursor.execute("SET CONSTRAINTS policies_duties_apart IMMEDIATE")

    assert refused.value.__cause__.diag.constraint_name == "policies_duties_apart"


def test_nobody_exempts_themself_or_for_longer_than_a_year_by_hand_either(ada, alice, parted):
    made = DutyException.objects.get(membership_id=ada.membership_id)
    for change in (
        {"granted_by_id": ada.membership_id},
        {"ends_at": now() + timedelta(days=367)},
        {"reason": " "},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            DutyException.objects.filter(pk=made.pk).update(**change)


def test_an_exception_ends_by_itself_and_then_neither_counts(ada, alice, parted):
    assert may(alice, ONE) and may(alice, OTHER)

    with at(now() + timedelta(days=31)):
        forget_authority()
        told = explain(alice, ONE)
        breach = {holder.member.user.name for holder in in_breach(parted)}
        with pytest.raises(Denied) as refused:
            create_team(alice, name="Late")
        with pytest.raises(Denied):
            require(alice, OTHER)
        assert not may(alice, ONE)
        assert not Team.objects.filter(visible(alice, ONE, Team)).exists()
        exempt(ada, parted, member("alice"), reason="Longer", ends_at=now() + timedelta(days=5))
        forget_authority()
        assert may(alice, ONE)
    forget_authority()

    assert breach == {"Ada Admin", "Alice Partner"}
    assert refused.value.sensitive
    assert told.verdict is False
    assert told.rule_id.endswith("/duties")
    assert "Segregation of duties keeps Alice Partner from it" in told.sentences[1]
    assert told.change is not None and "exempted" in told.change.sentence
    assert any(c.stage == "duties" and c.truth is False for c in told.conditions)


def test_an_exception_is_ended_once_one_of_the_two_is_gone(ada, alice, parted):
    granted = DutyException.objects.get(membership_id=alice.membership_id)
    with pytest.raises(ValidationError, match="Alice Partner would have"):
        end_exemption(ada, granted)
    revoke_role(ada, member("alice"), Role.objects.get(code="partner"))

    end_exemption(ada, granted)

    assert granted.ended_at is not None
    with pytest.raises(ValidationError):
        assign_role(ada, member("alice"), Role.objects.get(code="partner"))


def test_a_retired_pair_keeps_nothing_apart_and_may_be_made_anew(ada, bob, carl, parted):
    join_duties(ada, parted, reason="Two people left")

    assign_role(ada, carl, Role.objects.get(code="walls"))
    again = part_duties(ada, first=ONE, second=OTHER, kind="hold", reason="Again")

    assert again.in_force_at is None
    with pytest.raises(Denied):
        part_duties(bob, first=ONE, second="audit.verify", kind="hold", reason="x")


def test_a_release_gives_no_role_a_power_that_the_firm_keeps_apart(ada, parted):
    manager = Role.objects.get(code="manager")
    RolePower.objects.filter(role__built_in=True, power__in=[OTHER, "audit.verify"]).delete()

    added = refresh_builtin_roles()

    assert "partner: audit.verify" in added
    assert not any(OTHER in one for one in added)
    assert manager.built_in


def test_a_power_that_is_renamed_is_kept_apart_by_its_new_name(ada):
    RolePower.objects.create(role=role_of(code="old"), power="clients.edit_engagement")
    pair = DutyPair.objects.create(
        power_a="clients.archive", power_b="clients.edit_engagement", kind="hold", reason="x"
    )

    carry_over_renamed_powers()

    pair.refresh_from_db()
    assert pair.powers == ("clients.archive", "engagements.edit")


def test_of_two_uses_at_the_same_moment_one_is_refused(django_db_setup, django_db_blocker):
    def using(power: str) -> Callable[[], str]:
        def use() -> str:
            require(staff_actor("ada@acme.example"), power, Team.objects.get(name="Shared"))
            return power

        return use

    def prepare() -> None:
        create_team(staff_actor("ada@acme.example"), name="Shared")
        pair = DutyPair.objects.create(
            power_a="policies.manage_teams",
            power_b="policies.view_teams",
            kind="use",
            subject="policies.team",
            reason="x",
            in_force_at=now(),
        )
        tell(
            DutiesParted(
                pair_id=pair.pk, first="", second="", powers=(), kind="use", reason="x", in_force=True
            )
        )

    def two_roles() -> None:
        role_of(ONE, code="teams")
        role_of(OTHER, code="walls")
        tell(BuiltInRolesRefreshed(added=()))

    with django_db_blocker.unblock(), crowd("duties") as people:
        people.alone(prepare)
        for _round in range(3):
            answers = people.at_once(using("policies.manage_teams"), using("policies.view_teams"))
            assert sorted(type(answer).__name__ for answer in answers) == ["Denied", "str"]
        give = [
            lambda code=code: assign_role(
                staff_actor("ada@acme.example"), member("bob"), Role.objects.get(code=code)
            )
            for code in ("teams", "walls")
        ]
        people.alone(two_roles)
        people.alone(waiting_for_nobody)
        given = people.at_once(*give)

        assert sorted(isinstance(answer, Exception) for answer in given) == [False, True]


def tell(event: Event) -> None:
    """What was arranged by hand commits, so an event has to tell of it."""
    record(staff_actor("ada@acme.example"), event)


def waiting_for_nobody() -> None:
    """A pair in force beside everybody who has both."""
    ada, alice = staff_actor("ada@acme.example"), staff_actor("alice@acme.example")
    pair = part_duties(ada, first=ONE, second=OTHER, kind="hold", reason="x")
    for by, who in ((ada, "alice"), (alice, "ada")):
        exempt(by, pair, member(who), reason="x", ends_at=now() + timedelta(days=30))
    enforce_duties(ada, pair)
