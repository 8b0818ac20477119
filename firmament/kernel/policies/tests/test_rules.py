"""What the atoms mean, one by one, where random trees could agree with each other and be wrong together."""

from uuid import UUID

import pytest
from django.db.models import F

from firmament.kernel.identity.models import User
from firmament.kernel.policies import powers
from firmament.kernel.policies.decide import allows, may, visible
from firmament.kernel.policies.fields import Subject
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.models import Role, RoleAssignment, Team, TeamMember, Wall
from firmament.kernel.policies.powers import declare_house
from firmament.kernel.policies.rules import (
    Rule,
    all_of,
    any_of,
    assigned,
    classification_at_most,
    field_is,
    in_team,
    not_,
    owns,
)
from firmament.kernel.policies.scopes import Scope
from firmament.kernel.policies.tests.worlds import Trial, declared, grant
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.models import Firm, Membership

CLIENT = UUID(int=77)
LEVELS = ("public", "internal", "confidential", "restricted", "unheard of")


def seen(actor: Actor, rule: Rule) -> set[str]:
    """The reasons of the walls the rule shows, agreed by list and object check."""
    with declared(rule, rule):
        listed = set(Wall.objects.filter(visible(actor, Trial.DO, Wall)).values_list("reason", flat=True))
        assert listed == {wall.reason for wall in Wall.objects.all() if allows(actor, Trial.DO, wall)}
    return listed


@pytest.fixture
def tax(acme: Firm) -> Team:
    return Team.objects.create(name="Tax")


@pytest.fixture
def walls(alice: Actor, tax: Team) -> None:
    """One wall of each classification before a client of its own, against a team; and one against Alice herself."""
    for n, level in enumerate(LEVELS):
        Wall.objects.create(team=tax, client_id=UUID(int=80 + n), reason=level)
    Wall.objects.create(membership_id=alice.membership_id, client_id=UUID(int=78), reason="alice")


@pytest.mark.parametrize(
    ("clearance", "levels"),
    [
        ("public", {"public"}),
        ("internal", {"public", "internal"}),
        ("confidential", {"public", "internal", "confidential"}),
        ("restricted", {"public", "internal", "confidential", "restricted"}),
    ],
)
def test_a_clearance_reaches_its_own_level_and_those_below(
    bob: Actor, walls: None, clearance: str, levels: set[str]
) -> None:
    Role.objects.filter(code="staff").update(clearance=clearance)

    assert seen(bob, classification_at_most("reason")) == levels


def test_the_highest_of_several_roles_counts(bob: Actor, walls: None) -> None:
    Role.objects.filter(code="staff").update(clearance="public")
    RoleAssignment.objects.create(membership_id=bob.membership_id, role=Role.objects.get(code="partner"))

    assert "restricted" in seen(bob, classification_at_most("reason"))


def test_without_a_role_nothing_is_classified_low_enough(bob: Actor, walls: None) -> None:
    RoleAssignment.objects.filter(membership_id=bob.membership_id).delete()

    assert seen(bob, classification_at_most("reason")) == set()


def test_a_clients_person_never_sees_what_is_restricted(acme: Firm, walls: None) -> None:
    carl = User.objects.create_user("carl@client.example", "Carl Client")
    grant(carl, CLIENT, frozenset({Scope.DOCUMENTS_LIST}), "standing")

    found = seen(Actor.of_client(carl, acme.pk), classification_at_most("reason"))

    assert found == {"public", "internal", "confidential"}


def test_a_row_names_its_owner_as_a_member_or_as_a_person(bob: Actor, walls: None, tax: Team) -> None:
    Wall.objects.create(
        membership_id=bob.membership_id, client_id=UUID(int=79), reason="mine", lifted_at=None
    )
    Wall.objects.all().update(client_id=None, engagement_id=F("client_id"))

    assert seen(bob, owns("membership_id")) == set(), "a wall against Bob hides itself from him"
    with declared(owns("membership")):
        mine = Wall(membership_id=bob.membership_id, reason="unsaved", client_id=UUID(int=5))
        assert allows(bob, Trial.DO, mine)
    with declared(owns("membership__user")):
        assert allows(bob, Trial.DO, mine)


def test_an_assignment_through_a_table_needs_one_row(bob: Actor, walls: None, tax: Team) -> None:
    rule = assigned("team__policies.TeamMember(team)__membership_id")
    assert seen(bob, rule) == set()

    TeamMember.objects.create(team=tax, membership_id=bob.membership_id)
    Wall.objects.exclude(reason="alice").update(team=Team.objects.create(name="Other"))
    Wall.objects.filter(reason="public").update(
        team=None, membership_id=Membership.objects.get(user__email="ada@acme.example").pk
    )

    assert seen(bob, rule) == set()
    assert seen(bob, not_(rule)) == {
        "public",
        "internal",
        "confidential",
        "restricted",
        "unheard of",
        "alice",
    }


def test_a_team_is_shown_to_those_who_are_in_it(bob: Actor, tax: Team) -> None:
    other = Team.objects.create(name="Other")
    TeamMember.objects.create(team=tax, membership_id=bob.membership_id)

    with declared(in_team("id")):
        assert list(Team.objects.filter(visible(bob, Trial.DO, Team))) == [tax]
        assert not allows(bob, Trial.DO, other)


def test_an_empty_way_back_does_not_empty_the_list(alice: Actor, bob: Actor, walls: None, tax: Team) -> None:
    """SQL's NOT IN is unknown for every row as soon as one NULL is among the values."""
    other = Team.objects.create(name="Other")
    Wall.objects.filter(reason="alice").update(reason="public")

    with declared(not_(field_is("policies.Wall(team)__reason", "public"))):
        assert list(Team.objects.filter(visible(bob, Trial.DO, Team))) == [other]
        assert [allows(bob, Trial.DO, team) for team in (tax, other)] == [False, True]


def test_an_empty_field_is_no_value_and_its_contrary(bob: Actor, walls: None) -> None:
    against_people = not_(field_is("team", None))

    assert seen(bob, field_is("team__name", "Tax")) == seen(bob, against_people)
    assert seen(bob, not_(field_is("team__name", "Tax"))) == {"alice"}
    assert seen(bob, all_of(any_of(field_is("team", None)), not_(against_people))) == {"alice"}


def test_the_house_of_another_firm_has_no_powers_here(
    acme: Firm, globex: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "trials.work"
    monkeypatch.setattr(powers, "_house", {})
    declare_house(code, [Can.VIEW_TEAMS])

    assert may(Actor.system(code), Can.VIEW_TEAMS)
    assert not may(Actor(domain=Domain.SYSTEM, firm_id=globex.pk, job=code), Can.VIEW_TEAMS)


def test_a_supposed_field_leaves_the_object_alone(tax: Team) -> None:
    wall = Wall(team=tax, client_id=CLIENT, reason="x")
    subject = Subject(wall)

    supposed = subject.with_field("team__name", "Audit").with_field("reason", "y")

    assert (supposed.one("team__name"), supposed.one("reason")) == ("Audit", "y")
    assert (subject.one("team__name"), wall.team.name, wall.reason) == ("Tax", "Tax", "x")
    assert supposed.with_field("team", None).one("team__name") is None
