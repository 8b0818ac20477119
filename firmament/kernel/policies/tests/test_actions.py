"""Changing who may do what: what is asked, what is written down, and that it counts at once."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, transaction

from firmament.kernel.identity.models import User
from firmament.kernel.policies.actions import (
    add_to_team,
    assign_role,
    change_portal_scopes,
    create_team,
    grant_portal,
    lift_wall,
    plainly,
    raise_wall,
    remove_from_team,
    revoke_portal,
    revoke_role,
)
from firmament.kernel.policies.decide import Denied, allows, may
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.models import (
    PortalGrant,
    Role,
    RoleAssignment,
    RolePower,
    Team,
    TeamMember,
    Wall,
)
from firmament.kernel.policies.scopes import Scope
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, FirmAccess, Membership
from firmament.lib.instant import now

CLIENT = UUID(int=77)


def member(actor: Actor) -> Membership:
    return Membership.objects.get(pk=actor.membership_id)


def role(code: str) -> Role:
    return Role.objects.get(code=code)


@pytest.fixture
def carl(acme: Firm) -> User:
    return User.objects.create_user("carl@client.example", "Carl Client")


def test_a_role_given_counts_at_once_and_is_one_line_in_the_ledger(ada, bob, ledger) -> None:
    assert not may(bob, Can.RAISE_WALL)

    assign_role(ada, member(bob), role("partner"))
    assign_role(ada, member(bob), role("partner"))

    assert may(bob, Can.RAISE_WALL)
    assert ledger.codes() == ["policies.role_assigned"]


def test_a_role_taken_away_is_refused_on_the_very_next_question(ada, alice, ledger) -> None:
    assert may(alice, Can.RAISE_WALL)

    revoke_role(ada, member(alice), role("partner"))
    revoke_role(ada, member(alice), role("partner"))

    assert not may(alice, Can.RAISE_WALL)
    assert ledger.codes() == ["policies.role_revoked"]


def test_nobody_grants_what_they_lack(ada, alice, bob, ledger) -> None:
    helper = Role.objects.create(code="helpdesk", name="Helpdesk")
    RolePower.objects.create(role=helper, power=Can.ASSIGN_ROLES)
    RoleAssignment.objects.create(role=helper, membership=member(bob))

    with pytest.raises(Denied) as refusal:
        assign_role(bob, member(bob), role("firm_admin"))
    with pytest.raises(Denied):
        revoke_role(bob, member(alice), role("partner"))

    assert refusal.value.rule_id == "policies.assign_roles/lacks"
    assert "lacks policies.raise_wall" in refusal.value.trace
    assert not RoleAssignment.objects.filter(membership=member(bob), role__code="firm_admin").exists()
    assert ledger.codes() == []


def test_a_token_hands_on_no_more_than_its_scopes(ada, bob) -> None:
    script = Actor.of_token(
        member(ada), token_id=uuid4(), name="script", scopes=frozenset({"policies.assign_roles"})
    )

    with pytest.raises(Denied):
        assign_role(script, member(bob), role("partner"))


def test_the_last_administrator_stays(ada, bob, ledger) -> None:
    with pytest.raises(ValidationError) as refusal:
        revoke_role(ada, member(ada), role("firm_admin"))

    assert "at least one active administrator" in str(refusal.value)
    assert may(ada, Can.ASSIGN_ROLES)
    assert ledger.codes() == []


def test_an_administrator_can_hand_over(ada, bob) -> None:
    assign_role(ada, member(bob), role("firm_admin"))
    revoke_role(ada, member(ada), role("firm_admin"))

    assert may(bob, Can.ASSIGN_ROLES)
    assert not may(ada, Can.ASSIGN_ROLES)


def test_an_administrator_who_has_left_does_not_count(ada, bob) -> None:
    assign_role(ada, member(bob), role("firm_admin"))
    Membership.objects.filter(pk=bob.membership_id).update(state="deactivated", deactivated_at=now())

    with pytest.raises(ValidationError):
        revoke_role(ada, member(ada), role("firm_admin"))


@pytest.mark.parametrize(
    "change",
    [
        lambda ada: Membership.objects.filter(pk=ada.membership_id).update(
            state="deactivated", deactivated_at=now()
        ),
        lambda ada: RoleAssignment.objects.filter(membership_id=ada.membership_id).delete(),
        lambda ada: RoleAssignment.objects.filter(membership_id=ada.membership_id).update(
            role=role("read_only")
        ),
        lambda ada: Role.objects.filter(code="firm_admin").update(code="was_admin"),
    ],
    ids=["deactivated", "unassigned", "reassigned", "renamed"],
)
def test_no_way_round_the_last_administrator(ada, change) -> None:
    with pytest.raises(ValidationError), plainly():
        change(ada)

    assert may(ada, Can.ASSIGN_ROLES)


def test_the_last_administrator_is_held_at_commit_though_the_firm_is_another(ada, globex, in_firm) -> None:
    """At commit the transaction may stand in another firm; the rule still looks at the row's own."""
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleAssignment.objects.filter(membership_id=ada.membership_id, role__code="firm_admin").delete()
        with in_firm(globex), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_team_is_made_and_filled(alice, bob, ledger) -> None:
    team = create_team(alice, name="  Tax ")
    add_to_team(alice, team, member(bob))
    add_to_team(alice, team, member(bob))
    remove_from_team(alice, team, member(bob))

    assert team.name == "Tax"
    assert ledger.codes() == [
        "policies.team_created",
        "policies.team_member_added",
        "policies.team_member_removed",
    ]
    with pytest.raises(ValidationError):
        create_team(alice, name="Tax")
    with pytest.raises(Denied):
        create_team(bob, name="Mine")


def test_a_portal_grant_opens_one_door_and_closes_it(alice, carl, acme, ledger) -> None:
    grant = grant_portal(
        alice, user=carl, client_id=CLIENT, scopes=[Scope.DOCUMENTS_UPLOAD, Scope.DOCUMENTS_LIST]
    )

    assert grant.scopes == ["documents.list", "documents.upload"]
    assert FirmAccess.objects.filter(user=carl, firm=acme, domain="client").exists()
    assert may(Actor.of_client(carl, acme.pk), Can.VIEW_PORTAL)

    revoke_portal(alice, grant)
    revoke_portal(alice, grant)

    assert not FirmAccess.objects.filter(user=carl).exists()
    assert not may(Actor.of_client(carl, acme.pk), Can.VIEW_PORTAL)
    assert ledger.codes() == ["policies.portal_granted", "policies.portal_revoked"]


def test_one_of_two_grants_taken_back_leaves_the_door_open(alice, carl, acme) -> None:
    first = grant_portal(alice, user=carl, client_id=CLIENT, scopes=[Scope.DOCUMENTS_LIST])
    grant_portal(alice, user=carl, client_id=UUID(int=78), scopes=[Scope.DOCUMENTS_LIST])

    revoke_portal(alice, first)

    assert FirmAccess.objects.filter(user=carl, firm=acme, domain="client").count() == 1


def test_a_second_grant_for_the_same_client_is_refused_in_plain_words(alice, carl) -> None:
    grant_portal(alice, user=carl, client_id=CLIENT, scopes=[Scope.DOCUMENTS_LIST])

    with pytest.raises(ValidationError) as refusal:
        grant_portal(alice, user=carl, client_id=CLIENT, scopes=[Scope.INVOICES_READ])
    assert "can already use the portal" in str(refusal.value)


@pytest.mark.parametrize("scopes", [[], ["documents.destroy"], ["documents.list", "policies.assign_roles"]])
def test_only_known_scopes_are_granted(alice, carl, scopes) -> None:
    with pytest.raises(ValidationError):
        grant_portal(alice, user=carl, client_id=CLIENT, scopes=scopes)
    assert not PortalGrant.objects.filter(user=carl).exists()


def test_scopes_change_and_the_change_is_seen(alice, carl, acme, ledger) -> None:
    grant = grant_portal(alice, user=carl, client_id=CLIENT, scopes=[Scope.DOCUMENTS_LIST])

    until = now() + timedelta(days=30)
    change_portal_scopes(alice, grant, scopes=[Scope.INVOICES_READ], expires_at=until)
    change_portal_scopes(alice, grant, scopes=[Scope.INVOICES_READ], expires_at=until)

    assert (grant.scopes, grant.expires_at) == (["invoices.read"], until)
    assert ledger.codes() == ["policies.portal_granted", "policies.portal_scopes_changed"]
    revoke_portal(alice, grant)
    with pytest.raises(ValidationError):
        change_portal_scopes(alice, grant, scopes=[Scope.INVOICES_READ])


def test_a_grant_keeps_its_person_and_its_client(alice, carl) -> None:
    grant = grant_portal(alice, user=carl, client_id=CLIENT, scopes=[Scope.DOCUMENTS_LIST])

    with pytest.raises(IntegrityError), transaction.atomic():
        PortalGrant.objects.filter(pk=grant.pk).update(client_id=UUID(int=78))


def test_staff_and_client_never_mix(alice, bob, carl) -> None:
    with pytest.raises(ValidationError) as refusal:
        grant_portal(
            alice, user=User.objects.get(pk=bob.user_id), client_id=CLIENT, scopes=[Scope.DOCUMENTS_LIST]
        )
    assert "never both" in str(refusal.value)

    grant = grant_portal(alice, user=carl, client_id=CLIENT, scopes=[Scope.DOCUMENTS_LIST])
    with pytest.raises(ValidationError), plainly():
        Membership.objects.create(user=carl)
    revoke_portal(alice, grant)
    with plainly():
        Membership.objects.create(user=carl)
    with pytest.raises(IntegrityError), transaction.atomic():
        PortalGrant.objects.filter(pk=grant.pk).update(revoked_at=None)


def test_a_person_is_staff_in_one_firm_and_client_in_another(alice, globex, in_firm) -> None:
    with in_firm(globex):
        gina = User.objects.get(email="gina@globex.example")
    grant_portal(alice, user=gina, client_id=CLIENT, scopes=[Scope.DOCUMENTS_LIST])

    assert set(FirmAccess.objects.filter(user=gina).values_list("domain", flat=True)) == {"staff", "client"}


def test_a_wall_hides_what_hangs_on_the_client_and_lifting_it_shows_it(alice, bob, ledger, carl) -> None:
    grant = grant_portal(alice, user=carl, client_id=CLIENT, scopes=[Scope.DOCUMENTS_LIST])
    assert allows(bob, Can.VIEW_PORTAL, grant)

    wall = raise_wall(alice, membership=member(bob), client_id=CLIENT, reason="His sister works there.")

    assert not allows(bob, Can.VIEW_PORTAL, grant)
    assert grant not in PortalGrant.objects.visible_to(bob)
    lift_wall(alice, wall, reason="She has left.")
    lift_wall(alice, wall, reason="She has left.")
    assert allows(bob, Can.VIEW_PORTAL, grant)
    assert ledger.codes() == ["policies.portal_granted", "policies.wall_raised", "policies.wall_lifted"]


def test_the_same_wall_stands_once_and_can_be_raised_again_when_it_was_lifted(
    alice, bob, ledger, carl
) -> None:
    wall = raise_wall(alice, membership=member(bob), client_id=CLIENT, reason="His sister works there.")

    with pytest.raises(ValidationError, match="stands already"):
        raise_wall(alice, membership=member(bob), client_id=CLIENT, reason="Told again")
    lift_wall(alice, wall, reason="She has left.")
    raise_wall(alice, membership=member(bob), client_id=CLIENT, reason="She is back.")

    assert Wall.objects.standing().count() == 1
    assert ledger.codes()[-3:] == ["policies.wall_raised", "policies.wall_lifted", "policies.wall_raised"]


def test_a_wall_against_a_team_keeps_whoever_joins_it(ada, alice, bob, carl) -> None:
    grant = grant_portal(alice, user=carl, client_id=CLIENT, scopes=[Scope.DOCUMENTS_LIST])
    team = create_team(alice, name="Tax")
    raise_wall(alice, team=team, client_id=CLIENT, reason="Opposing party")

    assert allows(bob, Can.VIEW_PORTAL, grant)
    add_to_team(alice, team, member(bob))
    assert not allows(bob, Can.VIEW_PORTAL, grant)


def test_nobody_lifts_the_wall_they_stand_behind(ada, alice) -> None:
    wall = raise_wall(ada, membership=member(alice), client_id=CLIENT, reason="Conflict")

    with pytest.raises(Denied) as refusal:
        lift_wall(alice, wall, reason="I want to see it")
    assert refusal.value.rule_id == "policies.raise_wall/wall"
    assert Wall.objects.standing().filter(pk=wall.pk).exists()


def test_nobody_leaves_a_team_to_get_round_its_wall(ada, alice) -> None:
    team = create_team(ada, name="Tax")
    add_to_team(ada, team, member(alice))
    raise_wall(ada, team=team, client_id=CLIENT, reason="Conflict")

    with pytest.raises(Denied):
        remove_from_team(alice, team, member(alice))
    assert TeamMember.objects.filter(team=team).exists()
    remove_from_team(ada, team, member(alice))


def test_a_wall_names_one_side_and_one_subject_and_a_reason(ada, alice, bob) -> None:
    team = Team.objects.create(name="Tax")
    mine = {"membership": member(bob), "client_id": CLIENT, "reason": "Conflict"}

    for wrong in (
        {**mine, "team": team},
        {**mine, "membership": None},
        {**mine, "engagement_id": CLIENT},
        {**mine, "client_id": None},
        {**mine, "reason": "  "},
    ):
        with pytest.raises(ValidationError):
            raise_wall(ada, **wrong)
    assert not Wall.objects.exists()


def test_staff_without_the_power_change_nothing(bob, alice, carl, ledger) -> None:
    before = ledger.codes()

    for attempt in (
        lambda: assign_role(bob, member(bob), role("partner")),
        lambda: revoke_role(bob, member(alice), role("partner")),
        lambda: create_team(bob, name="Mine"),
        lambda: grant_portal(bob, user=carl, client_id=CLIENT, scopes=[Scope.DOCUMENTS_LIST]),
        lambda: raise_wall(bob, membership=member(alice), client_id=CLIENT, reason="Spite"),
    ):
        with pytest.raises(Denied):
            attempt()

    assert not Team.objects.exists() and not Wall.objects.exists()
    assert not PortalGrant.objects.filter(user=carl).exists()
    assert ledger.codes() == before


def test_a_code_the_rules_cannot_say_is_refused_by_the_database(acme) -> None:
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        Role.objects.create(code="x", name="X", clearance="top")
