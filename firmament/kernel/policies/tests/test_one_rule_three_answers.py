"""Whatever the rule, the rows and the person: the object check, the list and the explanation agree."""

from dataclasses import replace
from uuid import UUID

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from firmament.kernel.policies import powers
from firmament.kernel.policies.authority import authority_of, forget_authority
from firmament.kernel.policies.compile import behind_wall
from firmament.kernel.policies.decide import allows, may, visible
from firmament.kernel.policies.explain import explain
from firmament.kernel.policies.fields import Subject
from firmament.kernel.policies.models import (
    DelegatedPower,
    Delegation,
    PortalGrant,
    Role,
    RoleAssignment,
    RolePower,
    TeamMember,
    Wall,
)
from firmament.kernel.policies.models_duties import DutyException, DutyPair, DutyUse
from firmament.kernel.policies.nearest import Edit, Kind
from firmament.kernel.policies.tests.worlds import (
    PLAIN_STAFF_ATOMS,
    Drawn,
    Trial,
    drawn,
    make_exempt,
    undone,
    world,
)
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.models import Firm, Membership
from firmament.lib.instant import now


# The fixture opens one transaction for all examples; each example undoes itself in a savepoint.
def examples(count: int) -> settings:
    return settings(
        max_examples=count,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@examples(120)
@given(drawn())
def test_the_list_is_exactly_what_each_object_allows(acme: Firm, drawn: Drawn) -> None:
    with world(drawn) as made:
        rows = list(Wall.objects.all())
        for actor in made.actors:
            seen = visible(actor, Trial.DO, Wall)
            listed = list(Wall.objects.filter(seen).values_list("pk", flat=True))
            hidden = list(Wall.objects.exclude(seen).values_list("pk", flat=True))
            allowed = {row.pk for row in rows if allows(actor, Trial.DO, row)}

            assert sorted(listed) == sorted(allowed), (actor.domain, drawn)
            assert sorted(hidden) == sorted({row.pk for row in rows} - allowed), (actor.domain, drawn)
            assert may(actor, Trial.DO) or not allowed
            event(f"{actor.domain}: {'some' if allowed else 'none'} of {'some' if rows else 'none'}")


@examples(60)
@given(drawn())
def test_a_wall_beats_every_rule(acme: Firm, drawn: Drawn) -> None:
    with world(drawn) as made:
        for actor in made.actors:
            if actor.domain not in (Domain.STAFF, Domain.TOKEN) or actor.membership_id != made.bob.pk:
                continue
            teams = TeamMember.objects.filter(membership=made.bob).values("team")
            mine = Wall.objects.standing().filter(membership=made.bob) | Wall.objects.standing().filter(
                team__in=teams
            )
            clients = set(mine.filter(client_id__isnull=False).values_list("client_id", flat=True))
            engagements = set(
                mine.filter(engagement_id__isnull=False).values_list("engagement_id", flat=True)
            )
            walled = [
                w for w in Wall.objects.all() if w.client_id in clients or w.engagement_id in engagements
            ]

            assert not any(allows(actor, Trial.DO, row) for row in walled)
            assert not Wall.objects.filter(
                visible(actor, Trial.DO, Wall), pk__in=[w.pk for w in walled]
            ).exists()


@examples(120)
@given(drawn())
def test_what_is_lent_is_what_the_lender_could_do_behind_both_walls_and_nothing_else(
    acme: Firm, drawn: Drawn
) -> None:
    """Against a second way of saying it: one's own answer, or the lender's own, and no wall of the borrower's."""
    with world(drawn) as made:
        rows = list(Wall.objects.all())
        for actor in made.actors:
            if actor.domain not in (Domain.STAFF, Domain.TOKEN) or actor.firm_id == UUID(int=1):
                continue
            got = {row.pk for row in rows if allows(actor, Trial.DO, row)}
            with undone():
                counting = Delegation.objects.in_force(at=now()).filter(borrower_id=actor.membership_id)
                lent = counting.filter(
                    pk__in=DelegatedPower.objects.filter(power=Trial.DO).values("delegation")
                )
                lenders = [one.lender for one in lent.select_related("lender__user")]
                Delegation.objects.update(taken_back_at=now())
                forget_authority()
                own = {row.pk for row in rows if allows(actor, Trial.DO, row)}
                theirs = {
                    row.pk
                    for lender in lenders
                    if Trial.DO in authority_of(Actor.of_staff(lender)).powers
                    for row in rows
                    if allows(Actor.of_staff(lender), Trial.DO, row)
                }
                mine = authority_of(actor)
                walled = {row.pk for row in rows if behind_wall(mine, Subject(row))}
                borrowed = theirs - walled if actor.domain == Domain.STAFF and mine.live else set()
                touched = DutyUse.objects.filter(membership_id=actor.membership_id)
                binding = [duty.id for duty in mine.duties if duty.exception_id is None]
                borrowed -= set(touched.filter(pair__in=binding).values_list("object_id", flat=True))

            both = torn_by_hand(actor)
            assert got == (set() if both else own | borrowed), (actor.domain, drawn)
            event(f"has both: {both}")
            event(f"borrowed: {'some' if borrowed - own else 'none'}")


def torn_by_hand(actor: Actor) -> bool:
    """Whether they have both powers of the pair that nobody may have both of: by roles, or lent by who is not torn."""

    def roles(member_id: UUID | None) -> set[str]:
        held = RoleAssignment.objects.filter(membership_id=member_id, membership__state="active")
        return set(RolePower.objects.filter(role__in=held.values("role")).values_list("power", flat=True))

    for pair in DutyPair.objects.in_force().filter(kind="hold"):
        exempt = DutyException.objects.in_force(at=now()).filter(pair=pair)
        if exempt.filter(membership_id=actor.membership_id).exists():
            continue
        held = roles(actor.membership_id)
        loans = Delegation.objects.in_force(at=now()).filter(borrower_id=actor.membership_id)
        for loan in loans if actor.domain == Domain.STAFF else ():
            its = roles(loan.lender_id)
            cut = set(pair.powers) <= its and not exempt.filter(membership_id=loan.lender_id).exists()
            lent = set(DelegatedPower.objects.filter(delegation=loan).values_list("power", flat=True))
            held |= lent & its - (set(pair.powers) if cut else set())
        if set(pair.powers) <= held:
            return True
    return False


@examples(60)
@given(drawn())
def test_looking_as_somebody_else_shows_what_both_may_see_and_nothing_else(acme: Firm, drawn: Drawn) -> None:
    with world(drawn) as made:
        powers._declared[Trial.DO] = replace(powers._declared[Trial.DO], reads=True)
        rows = list(Wall.objects.all())
        people = [
            actor
            for actor in made.actors
            if actor.domain in (Domain.STAFF, Domain.CLIENT) and actor.firm_id == acme.pk
        ]
        for looker in (people[0], people[-1]):
            for person in people:
                looking = replace(person, looker=looker)
                listed = Wall.objects.filter(visible(looking, Trial.DO, Wall)).values_list("pk", flat=True)
                allowed = {row.pk for row in rows if allows(looking, Trial.DO, row)}
                both = {
                    row.pk for row in rows if allows(person, Trial.DO, row) and allows(looker, Trial.DO, row)
                }

                assert sorted(listed) == sorted(allowed) == sorted(both), (person.domain, drawn)
                assert may(looking, Trial.DO) or not both
                event(f"{person.domain}: {'some' if both else 'none'} of {'some' if rows else 'none'}")


@examples(60)
@given(drawn())
def test_looking_at_one_client_is_holding_that_grant_alone(acme: Firm, drawn: Drawn) -> None:
    with world(drawn) as made:
        rows = list(Wall.objects.all())
        chosen = next(actor for actor in made.actors if actor.client_id)
        narrowed = {row.pk for row in rows if allows(chosen, Trial.DO, row)}
        reached = authority_of(chosen).grants
        PortalGrant.objects.filter(user_id=chosen.user_id).exclude(client_id=chosen.client_id).delete()
        forget_authority()
        alone = replace(chosen, client_id=None)

        assert narrowed == {row.pk for row in rows if allows(alone, Trial.DO, row)}
        assert set(reached) <= {chosen.client_id}


@examples(40)
@given(drawn())
def test_the_explanation_says_what_happens(acme: Firm, drawn: Drawn) -> None:
    with world(drawn) as made:
        for row in list(Wall.objects.all()[:2]):
            for actor in made.actors:
                told = explain(actor, Trial.DO, row)

                assert told.verdict is allows(actor, Trial.DO, row)
                assert told.sentences[0].startswith("Yes" if told.verdict else "No")


@examples(120)
@given(drawn(PLAIN_STAFF_ATOMS), st.integers(0, 6))
def test_the_smallest_change_carried_out_turns_the_answer_round(acme: Firm, drawn: Drawn, pick: int) -> None:
    with world(drawn) as made:
        rows = list(Wall.objects.all())
        if not rows:
            return
        for actor in made.actors[:4]:
            with undone():
                row = Wall.objects.get(pk=rows[pick % len(rows)].pk)
                told = explain(actor, Trial.DO, row)
                if told.change is None:
                    event("no change")
                    continue
                for edit in told.change.edits:
                    event(edit.kind)
                    actor = carry_out(edit, actor, row)
                forget_authority()

                assert allows(actor, Trial.DO, row) is not told.verdict, (actor.domain, told, drawn)


def carry_out(edit: Edit, actor: Actor, row: Wall) -> Actor:
    """Do to the database (or, for a field, to the object) what the edit proposes."""
    member = Membership.objects.filter(pk=actor.membership_id).first()
    roles = RoleAssignment.objects.filter(membership=member).values("role")
    match edit.kind:
        case Kind.GIVE_ROLE:
            role = Role.objects.create(code="given", name="Given", clearance="public")
            RolePower.objects.create(role=role, power=Trial.DO)
            RoleAssignment.objects.create(role=role, membership=member)
        case Kind.TAKE_ROLE:
            RolePower.objects.filter(role__in=roles, power=Trial.DO).delete()
        case Kind.EXEMPT:
            for pair in edit.values:
                make_exempt(pair, member)
        case Kind.TAKE_BACK:
            Delegation.objects.filter(pk__in=edit.values).update(taken_back_at=now())
        case Kind.JOIN_TEAM:
            for team in edit.values:
                TeamMember.objects.create(team_id=team, membership=member)
        case Kind.LEAVE_TEAM:
            TeamMember.objects.filter(team__in=edit.values, membership=member).delete()
        case Kind.SET_CLEARANCE:
            Role.objects.filter(pk__in=roles).update(clearance=next(iter(edit.values)))
        case Kind.GRANT | Kind.REVOKE:
            for client in edit.values:
                regrant(actor, client, edit)
        case Kind.REACTIVATE:
            Membership.objects.filter(pk=actor.membership_id).update(state="active", deactivated_at=None)
        case Kind.LIFT_WALLS:
            Wall.objects.filter(pk__in=edit.values).update(lifted_at=now(), lifted_reason="over")
        case Kind.RAISE_WALL:
            Wall.objects.create(membership=member, client_id=next(iter(edit.values)), reason="conflict")
        case Kind.ADD_TOKEN_SCOPE:
            return Actor.of_token(member, token_id=UUID(int=99), name="t", scopes=actor.scopes | edit.values)
        case Kind.SET_FIELD:
            *hops, leaf = edit.path.split("__")
            here = row
            for hop in hops:
                here = getattr(here, hop)
            setattr(here, leaf, next(iter(edit.values)))
    return actor


def regrant(actor: Actor, client: UUID, edit: Edit) -> None:
    grant = PortalGrant.objects.unrevoked().filter(user_id=actor.user_id, client_id=client).first()
    held = set(grant.scopes) if grant and client in authority_of(actor).grants else set()
    scopes = held | {edit.path} if edit.kind == Kind.GRANT else held - {edit.path}
    PortalGrant.objects.filter(user_id=actor.user_id, client_id=client).delete()
    if scopes:
        PortalGrant.objects.create(user_id=actor.user_id, client_id=client, scopes=sorted(scopes))
    forget_authority()
