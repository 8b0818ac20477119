"""The gate, asked by real people about real rows."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from firmament.kernel.identity.models import User
from firmament.kernel.policies.decide import NOTHING, Denied, allows, may, require, visible
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.models import PortalGrant, Team, Wall
from firmament.kernel.policies.powers import UnknownPower
from firmament.kernel.policies.rules import any_of, client_granted, has_role, in_team, owns
from firmament.kernel.policies.scopes import Scope
from firmament.kernel.policies.tests.worlds import CLIENTS, Trial, declared, grant
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.models import Firm, Membership
from firmament.lib import instant


@pytest.fixture
def carl(acme: Firm) -> User:
    return User.objects.create_user("carl@client.example", "Carl Client")


def test_a_partner_may_what_the_matrix_says(alice: Actor, bob: Actor) -> None:
    assert may(alice, Can.RAISE_WALL)
    assert allows(alice, Can.VIEW_TEAMS)
    assert not may(bob, Can.RAISE_WALL)
    assert not allows(alice, Can.ASSIGN_ROLES)


def test_an_unknown_power_is_an_error_and_not_a_no(alice: Actor) -> None:
    with pytest.raises(UnknownPower):
        allows(alice, "nobody.declared_this")


def test_a_power_without_a_rule_for_the_domain_is_denied(acme: Firm, bob: Actor, carl: User) -> None:
    grant(carl, CLIENTS[0], frozenset(Scope), "standing")

    with declared(has_role(), None):
        assert not may(Actor.of_client(carl, acme.pk), Trial.DO)
    with declared(None, owns("membership__user_id")):
        assert not may(bob, Trial.DO)


def test_denied_says_which_rule_refused(bob: Actor) -> None:
    with pytest.raises(Denied) as refusal:
        require(bob, Can.RAISE_WALL)

    assert refusal.value.rule_id == "policies.raise_wall/staff"
    assert refusal.value.sensitive
    assert refusal.value.trace == ("the rule for the staff is not met",)


def test_without_an_object_may_is_generous_and_allows_is_not(bob: Actor) -> None:
    with declared(any_of(has_role(), owns("membership_id"))):
        assert may(bob, Trial.DO)
        assert not allows(bob, Trial.DO)
    with declared(in_team("team_id")):
        assert not may(bob, Trial.DO), "who is in no team is in no team of anything"


def test_a_deactivated_member_holds_nothing_from_the_next_question_on(alice: Actor) -> None:
    Membership.objects.filter(pk=alice.membership_id).update(
        state="deactivated", deactivated_at=instant.now()
    )

    with pytest.raises(Denied) as refusal:
        require(alice, Can.VIEW_TEAMS)
    assert refusal.value.rule_id == "policies.view_teams/membership"
    assert visible(alice, Can.VIEW_TEAMS, Team) == NOTHING


def test_a_person_shut_out_of_the_house_holds_nothing(alice: Actor) -> None:
    User.objects.filter(pk=alice.user_id).update(is_active=False)

    assert not may(alice, Can.VIEW_TEAMS)


def test_an_actor_of_another_firm_holds_nothing_here(acme: Firm, gina: Actor) -> None:
    team = Team.objects.create(name="Tax")

    assert not may(gina, Can.VIEW_TEAMS)
    assert not allows(gina, Can.VIEW_TEAMS, team)
    assert not Team.objects.visible_to(gina).exists()


def test_an_object_of_another_firm_is_refused_whatever_the_role(acme: Firm, alice: Actor) -> None:
    foreign = Team(name="Theirs", firm_id=UUID(int=5))

    with pytest.raises(Denied) as refusal:
        require(alice, Can.VIEW_TEAMS, foreign)
    assert refusal.value.rule_id == "policies.view_teams/firm"


def test_the_firm_itself_can_be_the_object(acme: Firm, globex: Firm, alice: Actor) -> None:
    assert allows(alice, Can.VIEW_TEAMS, acme)
    assert not allows(alice, Can.VIEW_TEAMS, globex)


def test_a_grant_counts_for_its_client_alone_and_ends_on_the_instant(acme: Firm, carl: User) -> None:
    actor = Actor.of_client(carl, acme.pk)
    bob = Membership.objects.get(user__email="bob@acme.example")
    walls = [Wall.objects.create(membership=bob, client_id=c, reason="x") for c in CLIENTS]
    held = grant(carl, CLIENTS[0], frozenset({Scope.DOCUMENTS_LIST}), "until later")

    with declared(None, client_granted("client_id", Scope.DOCUMENTS_LIST)):
        assert [w.client_id for w in Wall.objects.filter(visible(actor, Trial.DO, Wall))] == [CLIENTS[0]]
        assert [allows(actor, Trial.DO, wall) for wall in walls] == [True, False]

    assert held.expires_at is not None
    with instant.at(held.expires_at - timedelta(microseconds=1)):
        assert held in PortalGrant.objects.in_force(at=instant.now())
    with instant.at(held.expires_at):
        assert held not in PortalGrant.objects.in_force(at=instant.now())


def test_a_scope_is_not_another_scope(acme: Firm, carl: User) -> None:
    actor = Actor.of_client(carl, acme.pk)
    grant(carl, CLIENTS[0], frozenset({Scope.INVOICES_READ}), "standing")

    with declared(None, client_granted("client_id", Scope.INVOICES_PAY)):
        assert not may(actor, Trial.DO)


def test_a_client_sees_none_of_the_staff(acme: Firm, carl: User) -> None:
    """A portal identity inherits nothing, not even where its ids would fit."""
    actor = Actor.of_client(carl, acme.pk)
    grant(carl, CLIENTS[0], frozenset(Scope), "standing")

    for power in (Can.VIEW_TEAMS, Can.VIEW_ROLES, Can.MANAGE_PORTAL, Can.VIEW_WALLS):
        assert not may(actor, power)
    assert may(actor, Can.VIEW_PORTAL)


def token(of: Actor, *scopes: str) -> Actor:
    membership = Membership.objects.get(pk=of.membership_id)
    return Actor.of_token(membership, token_id=UUID(int=9), name="script", scopes=frozenset(scopes))


@pytest.mark.parametrize(
    ("scopes", "views", "manages"),
    [
        ((), False, False),
        (("policies.view_teams",), True, False),
        (("policies.read",), True, False),
        (("policies.*",), True, True),
        (("clients.*",), False, False),
        (("policies.view",), False, False),
    ],
)
def test_a_token_reaches_as_far_as_its_scopes(
    alice: Actor, scopes: tuple[str, ...], views: bool, manages: bool
) -> None:
    script = token(alice, *scopes)

    assert may(script, Can.VIEW_TEAMS) is views
    assert may(script, Can.MANAGE_TEAMS) is manages


def test_a_token_is_cut_to_its_maker_at_the_time_of_use(bob: Actor) -> None:
    script = token(bob, "policies.*")

    assert may(script, Can.VIEW_TEAMS)
    assert not may(script, Can.MANAGE_TEAMS)
    Membership.objects.filter(pk=bob.membership_id).update(state="deactivated", deactivated_at=instant.now())
    assert not may(token(bob, "policies.read"), Can.MANAGE_TEAMS)


def test_the_house_has_the_powers_beside_its_job_and_no_others(acme: Firm) -> None:
    nobody = Actor.system("nobody.declared_this_job")

    assert not may(nobody, Can.VIEW_TEAMS)
    assert Team.objects.visible_to(nobody).count() == 0


def test_an_operator_sees_nothing(acme: Firm) -> None:
    operator = Actor(domain=Domain.OPERATOR, firm_id=acme.pk, name="Olga")

    assert not may(operator, Can.VIEW_TEAMS)


def test_authority_costs_one_query_a_transaction(alice: Actor) -> None:
    team = Team.objects.create(name="Tax")

    with CaptureQueriesContext(connection) as asked:
        require(alice, Can.VIEW_TEAMS, team)
        may(alice, Can.RAISE_WALL)
        visible(alice, Can.VIEW_WALLS, Wall)
        allows(alice, Can.MANAGE_TEAMS, team)

    assert len(asked) == 1


def test_a_list_nobody_may_see_asks_the_database_nothing(bob: Actor) -> None:
    may(bob, Can.VIEW_WALLS)

    with CaptureQueriesContext(connection) as asked:
        assert list(Wall.objects.visible_to(bob)) == []

    assert len(asked) == 0


def test_a_list_without_walls_or_reach_adds_nothing_to_the_sql(alice: Actor) -> None:
    assert " WHERE " not in str(Team.objects.filter(visible(alice, Can.VIEW_TEAMS, Team)).query)


def test_everything_stays_everything_under_or_and_its_contrary(alice: Actor) -> None:
    Team.objects.create(name="Tax")
    seen = visible(alice, Can.VIEW_TEAMS, Team)

    assert not Team.objects.exclude(seen).exists()
    assert not Team.objects.filter(~seen).exists()
    assert Team.objects.filter(seen | NOTHING).count() == 1
