"""Why, and why not, in words a partner can act on."""

from uuid import UUID

import pytest

from firmament.kernel.identity.models import User
from firmament.kernel.policies.actions import add_to_team, create_team, grant_portal, raise_wall
from firmament.kernel.policies.explain import Stage, explain
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.models import PortalGrant, Team, Wall
from firmament.kernel.policies.nearest import Edit, Kind
from firmament.kernel.policies.rules import all_of, any_of, field_is, has_role, in_team, not_, owns
from firmament.kernel.policies.scopes import Scope
from firmament.kernel.policies.tests.worlds import Trial, declared
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, Membership
from firmament.lib.instant import now

CLIENT = UUID(int=77)


def member(actor: Actor) -> Membership:
    return Membership.objects.get(pk=actor.membership_id)


@pytest.fixture
def grant(alice: Actor) -> PortalGrant:
    carl = User.objects.create_user("carl@client.example", "Carl Client")
    return grant_portal(alice, user=carl, client_id=CLIENT, scopes=[Scope.DOCUMENTS_LIST])


def test_why_bob_cannot_see_this_client_is_a_wall(alice: Actor, bob: Actor, grant: PortalGrant) -> None:
    wall = raise_wall(alice, membership=member(bob), client_id=CLIENT, reason="His sister works there.")

    told = explain(bob, Can.VIEW_PORTAL, grant)

    assert told.verdict is False
    assert told.rule_id == "policies.view_portal/wall"
    assert told.roles == ("Staff",)
    assert told.sentences == (
        "No: Bob Staff cannot do this. (See which people of a client may use the portal)",
        "An ethical wall keeps Bob Staff from this client. A wall beats every role.",
        "It would be allowed if the ethical wall was lifted.",
    )
    assert told.change and told.change.edits == (Edit(Kind.LIFT_WALLS, values=frozenset({wall.pk})),)
    assert [c.truth for c in told.conditions if c.stage == Stage.WALL] == [False]
    assert "sister" not in str(told), "the reason of a wall is for those who may see walls"


def test_two_walls_must_both_be_lifted(alice: Actor, bob: Actor, grant: PortalGrant) -> None:
    team = create_team(alice, name="Tax")
    add_to_team(alice, team, member(bob))
    raise_wall(alice, membership=member(bob), client_id=CLIENT, reason="One")
    raise_wall(alice, team=team, client_id=CLIENT, reason="Two")

    told = explain(bob, Can.VIEW_PORTAL, grant)

    assert told.change and told.change.sentence == "It would be allowed if the ethical walls were lifted."
    assert len(told.change.edits[0].values) == 2


def test_a_missing_role_names_the_roles_that_would_do(bob: Actor) -> None:
    told = explain(bob, Can.RAISE_WALL)

    assert told.verdict is False
    assert told.sentences[1] == "What is missing: A role of Bob Staff carries this power."
    assert told.sentences[2] == "It would be allowed if Bob Staff had the role Firm admin or Partner."


def test_a_yes_says_through_which_role_and_what_would_end_it(alice: Actor) -> None:
    told = explain(alice, Can.RAISE_WALL)

    assert told.verdict is True
    assert told.roles == ("Partner",)
    assert told.sentences[1] == "Every condition below holds."
    assert (
        told.sentences[2] == "It would no longer be allowed if Alice Partner did not have the role Partner."
    )


def test_a_deactivated_member_is_told_apart_from_one_without_a_role(alice: Actor) -> None:
    Membership.objects.filter(pk=alice.membership_id).update(state="deactivated", deactivated_at=now())

    told = explain(alice, Can.RAISE_WALL)

    assert told.rule_id == "policies.raise_wall/membership"
    assert told.sentences[1:] == (
        "Alice Partner is not an active member of the firm.",
        "It would be allowed if Alice Partner was an active member again.",
    )


def test_a_client_is_told_which_grant_is_missing(acme: Firm, alice: Actor, grant: PortalGrant) -> None:
    carl = Actor.of_client(User.objects.get(pk=grant.user_id), acme.pk)

    assert explain(carl, Can.VIEW_PORTAL, grant).verdict is True
    told = explain(carl, Can.MANAGE_PORTAL, grant)

    assert told.verdict is False
    assert told.change is None
    assert told.sentences[1] == "What is missing: This can be granted to a client's people."
    assert told.sentences[2] == "No small change would allow it."


def test_the_tree_is_read_out_with_its_depth(bob: Actor) -> None:
    team = Team.objects.create(name="Tax")
    row = Wall.objects.create(team=team, client_id=CLIENT, reason="x")

    with declared(
        any_of(all_of(has_role(), not_(field_is("reason", "y"))), in_team("team_id"), owns("membership_id"))
    ):
        told = explain(bob, Trial.DO, row)

    tree = [
        (c.depth, c.text, c.truth) for c in told.conditions if c.stage not in ("firm", "identity", "wall")
    ]
    assert tree == [
        (0, "At least one of these holds", False),
        (1, "All of these hold", False),
        (2, "A role of Bob Staff carries this power", False),
        (2, "It is not so that: “Reason” is y", True),
        (1, "Bob Staff is in its team (“team”)", False),
        (1, "Bob Staff stands in “membership”", False),
    ]
    assert told.change and told.change.sentence == (
        "It would be allowed if Bob Staff had a role that carries this power."
    )


def test_joining_a_team_behind_a_wall_is_not_offered_as_a_way_in(alice: Actor, bob: Actor) -> None:
    """The team would let Bob in, and its wall would shut him out again."""
    team = Team.objects.create(name="Tax")
    row = Wall.objects.create(team=team, client_id=CLIENT, reason="x")

    with declared(in_team("team_id")):
        told = explain(bob, Trial.DO, row)

    assert told.change and {edit.kind for edit in told.change.edits} == {Kind.JOIN_TEAM, Kind.LIFT_WALLS}


def test_work_of_the_house_is_explained_by_its_job(acme: Firm) -> None:
    told = explain(Actor.system("nobody.declared_this"), Can.VIEW_TEAMS)

    assert told.verdict is False
    assert told.change is None
    assert told.conditions[-1].text == "The power is declared beside the job nobody.declared_this"


def test_an_object_of_another_firm_stays_out_of_reach(alice: Actor) -> None:
    told = explain(alice, Can.VIEW_TEAMS, Team(name="Theirs", firm_id=UUID(int=5)))

    assert told.rule_id == "policies.view_teams/firm"
    assert told.change is None


def test_it_says_from_which_role_the_power_comes_and_since_when(bob: Actor) -> None:
    told = explain(bob, Can.VIEW_TEAMS)

    assert [path.role for path in told.paths] == ["Staff"]
    assert told.paths[0].since <= now()
    assert told.nearest == ()


def test_the_nearest_miss_is_the_way_that_lacks_the_fewest_conditions(bob: Actor) -> None:
    team = Team.objects.create(name="Tax")
    wall = Wall(team=team, client_id=CLIENT, reason="public")
    rule = any_of(
        all_of(has_role(), owns("membership_id"), field_is("reason", "odd")),
        all_of(in_team("team"), field_is("reason", "public")),
    )

    with declared(rule):
        told = explain(bob, Trial.DO, wall)

    assert told.verdict is False
    assert [(one.text, one.truth) for one in told.nearest] == [("Bob Staff is in its team (“team”)", False)]


def test_behind_a_wall_nothing_of_the_rule_is_missing(alice: Actor, bob: Actor, grant: PortalGrant) -> None:
    raise_wall(alice, membership=member(bob), client_id=CLIENT, reason="x")

    assert explain(bob, Can.VIEW_PORTAL, grant).nearest == ()
