"""Random people, walls, grants and rules for the property tests, made of the kernel's own tables.

The rows asked about are walls themselves: they have empty and filled references to a person and to a team, a client or
an engagement, and the paths from which walls compile, so a wall here is both a subject and a cause.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from hypothesis import strategies as st

from firmament.kernel.identity.models import User
from firmament.kernel.policies import powers
from firmament.kernel.policies.authority import forget_authority
from firmament.kernel.policies.models import (
    DelegatedPower,
    Delegation,
    PortalGrant,
    Role,
    RoleAssignment,
    RolePower,
    Team,
    TeamMember,
    Wall,
)
from firmament.kernel.policies.models_duties import DutyException, DutyPair, DutyUse
from firmament.kernel.policies.powers import Power, declare
from firmament.kernel.policies.rules import (
    Rule,
    all_of,
    any_of,
    assigned,
    classification_at_most,
    client_granted,
    everyone,
    field_is,
    has_role,
    has_scope,
    in_team,
    not_,
    owns,
)
from firmament.kernel.policies.scopes import Scope
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.ambient import current_firm_id
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import now


class Trial(Power):
    DO = "trials.do"


CLIENTS = tuple(UUID(int=n) for n in (11, 12))
MADE_UP = tuple(UUID(int=n) for n in range(100))
ENGAGEMENTS = tuple(UUID(int=n) for n in (21, 22))
CLASSES = ("public", "internal", "confidential", "restricted", "odd")
STAFF_SCOPES = ("trials.do", "trials.*", "trials.read", "other.*")

# Atoms whose truth hangs on one thing each, so that a proposed change can be carried out alone.
PLAIN_STAFF_ATOMS = (
    has_role(),
    everyone(),
    owns("membership_id"),
    owns("membership__user"),
    in_team("team"),
    field_is("reason", "public", "odd"),
    field_is("review_on", None),
    field_is("team__name", "T0"),
    classification_at_most("reason"),
)
STAFF_ATOMS = (
    *PLAIN_STAFF_ATOMS,
    assigned("team__policies.TeamMember(team)__membership_id"),
    assigned("membership__id"),
    in_team("membership__policies.TeamMember(membership)__team"),
    field_is("lifted_at", None),
    field_is("membership", None),
    field_is("membership__state", "active"),
    field_is("engagement_id", None, ENGAGEMENTS[0]),
    field_is("membership__policies.RoleAssignment(membership)__role__code", "staff", "partner"),
)
CLIENT_ATOMS = (
    everyone(),
    client_granted("client_id", Scope.DOCUMENTS_LIST),
    client_granted("", Scope.INVOICES_READ),
    has_scope(Scope.INVOICES_READ),
    owns("membership__user_id"),
    field_is("reason", "public"),
    field_is("review_on", None),
    classification_at_most("reason"),
)


def rules(atoms: tuple[Rule, ...]) -> st.SearchStrategy[Rule]:
    """Random trees over the atoms."""

    def grow(inner: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
        several = st.lists(inner, min_size=1, max_size=3)
        return st.one_of(
            several.map(lambda parts: all_of(*parts)),
            several.map(lambda parts: any_of(*parts)),
            inner.map(not_),
        )

    return st.recursive(st.sampled_from(atoms), grow, max_leaves=6)


@dataclass(frozen=True)
class Drawn:
    """What hypothesis chose, in plain values."""

    staff: Rule
    client: Rule
    walls: list[tuple[int, int, str, bool, bool]]
    in_teams: list[tuple[int, int]]
    carries: bool
    clearance: str
    grants: list[tuple[int, frozenset[str], str]]
    active: bool
    token_scopes: frozenset[str]
    loans: list[tuple[int, int, bool, str]]
    all_carry: bool
    sees_clients: bool
    apart: str
    uses: list[tuple[int, int]]


# What `trials.do` is kept apart from, where it is: so that nobody has both, or that nobody uses both on one wall.
HELD, USED = "clients.view", "policies.raise_wall"


def drawn(staff_atoms: tuple[Rule, ...] = STAFF_ATOMS) -> st.SearchStrategy[Drawn]:
    """Worlds. A wall is (who, from what, class, reviewed, lifted), and stands once; a grant (client, scopes, fate).

    A loan is (lender, borrower, whether the power is among what is lent, fate). Duties are kept apart by a pair, of which
    Bob may be exempt; a use is (who, of which wall).
    """
    wall = st.tuples(
        st.integers(0, 4), st.integers(0, 3), st.sampled_from(CLASSES), st.booleans(), st.booleans()
    )
    scopes = st.frozensets(st.sampled_from([Scope.DOCUMENTS_LIST, Scope.INVOICES_READ]), min_size=1)
    fate = st.sampled_from(["standing", "until later", "expired", "revoked"])
    return st.builds(
        Drawn,
        staff=rules(staff_atoms),
        client=rules(CLIENT_ATOMS),
        walls=st.lists(wall, max_size=7).map(_standing_once),
        in_teams=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), max_size=4, unique=True),
        carries=st.booleans(),
        clearance=st.sampled_from(CLASSES[:4]),
        grants=st.lists(st.tuples(st.integers(0, 1), scopes, fate), max_size=2, unique_by=lambda g: g[0]),
        active=st.sampled_from([True, True, True, False]),
        token_scopes=st.frozensets(st.sampled_from(STAFF_SCOPES), max_size=2),
        loans=st.lists(
            st.tuples(
                st.integers(0, 2),
                st.integers(0, 2),
                st.booleans(),
                st.sampled_from(["counts", "counts", "counts", "later", "over", "taken back"]),
            ).filter(lambda loan: loan[0] != loan[1]),
            max_size=3,
        ),
        all_carry=st.booleans(),
        sees_clients=st.booleans(),
        apart=st.sampled_from(["", "hold", "use", "hold exempt", "use exempt"]),
        uses=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 6)), max_size=4, unique=True),
    )


def _standing_once(walls: list[tuple[int, int, str, bool, bool]]) -> list[tuple[int, int, str, bool, bool]]:
    standing: set[tuple[int, int]] = set()
    once = []
    for who, what, reason, reviewed, lifted in walls:
        double = not lifted and (who, what) in standing
        once.append((who, what, reason, reviewed, lifted or double))
        if not lifted:
            standing.add((who, what))
    return once


@dataclass(frozen=True)
class World:
    """The rows of a drawn world, and everybody who could ask."""

    bob: Membership
    actors: tuple[Actor, ...]


@contextmanager
def world(drawn: Drawn) -> Iterator[World]:
    """Make the drawn rows, and undo them."""
    with undone(), declared(drawn.staff, drawn.client):
        yield _rows(drawn)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside did not happen."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)
            forget_authority()


@contextmanager
def declared(staff: Rule | None, client: Rule | None = None) -> Iterator[None]:
    """The power `trials.do` with these rules."""
    declare(Trial.DO, title="Do it", model="policies.Wall", staff=staff, client=client, roles=("partner",))
    try:
        yield
    finally:
        powers._declared.pop(Trial.DO)


def _rows(drawn: Drawn) -> World:
    members = [Membership.objects.get(user__email=f"{who}@acme.example") for who in ("bob", "alice", "ada")]
    teams = [Team.objects.create(name=f"T{n}") for n in range(2)]
    for member, team in drawn.in_teams:
        TeamMember.objects.create(team=teams[team], membership=members[member])
    role = Role.objects.create(code="trial", name="Trial", clearance=drawn.clearance)
    if drawn.carries:
        RolePower.objects.create(role=role, power=Trial.DO)
    RoleAssignment.objects.filter(membership=members[0]).delete()
    RoleAssignment.objects.create(role=role, membership=members[0])
    if drawn.all_carry:
        strong = Role.objects.create(code="strong", name="Strong", clearance="confidential")
        RolePower.objects.create(role=strong, power=Trial.DO)
        for member in members[1:]:
            RoleAssignment.objects.create(role=strong, membership=member)
    for lender, borrower, includes, fate in drawn.loans:
        lend(members[lender], members[borrower], includes=includes, fate=fate)
    for who, what, reason, reviewed, lifted in drawn.walls:
        Wall.objects.create(
            membership=members[who] if who < 3 else None,
            team=teams[who - 3] if who >= 3 else None,
            client_id=CLIENTS[what] if what < 2 else None,
            engagement_id=ENGAGEMENTS[what - 2] if what >= 2 else None,
            reason=reason,
            review_on=now().date() if reviewed else None,
            lifted_at=now() if lifted else None,
            lifted_reason="done" if lifted else "",
        )
    keep_apart(drawn, role, members)
    carl = User.objects.create_user("carl@client.example", "Carl Client")
    for client, scopes, fate in drawn.grants:
        grant(carl, CLIENTS[client], scopes, fate)
    bob = members[0]
    if not drawn.active:
        Membership.objects.filter(pk=bob.pk).update(state="deactivated", deactivated_at=now())
    return World(bob, (*_actors(bob, carl, drawn), Actor.of_staff(members[1])))


def keep_apart(drawn: Drawn, role: Role, members: list[Membership]) -> None:
    """A pair in force, whoever has both; exempt is Bob alone."""
    if drawn.sees_clients:
        RolePower.objects.create(role=role, power=HELD)
    kind, _blank, exempt = drawn.apart.partition(" ")
    if not kind:
        return
    first, second = sorted((Trial.DO, HELD if kind == "hold" else USED))
    pair = DutyPair.objects.create(
        power_a=first,
        power_b=second,
        kind=kind,
        subject="" if kind == "hold" else "policies.wall",
        reason="two people",
        in_force_at=now(),
    )
    if exempt:
        make_exempt(pair.pk, members[0])
    walls = list(Wall.objects.order_by("pk"))
    for who, which in drawn.uses if kind == "use" else ():
        if which < len(walls):
            DutyUse.objects.create(pair=pair, membership=members[who], object_id=walls[which].pk, power=USED)


def make_exempt(pair_id: UUID, membership: Membership) -> DutyException:
    """For a day, by somebody else."""
    other = Membership.objects.exclude(pk=membership.pk).order_by("pk").first()
    assert other is not None
    return DutyException.objects.create(
        pair_id=pair_id,
        membership=membership,
        granted_by=other,
        reason="alone",
        ends_at=now() + timedelta(days=1),
    )


def grant(user: User, client_id: UUID, scopes: frozenset[str], fate: str) -> PortalGrant:
    """A portal grant that stands, ends later, has ended, or was taken back."""
    ends = {"until later": now() + timedelta(seconds=1), "expired": now()}
    return PortalGrant.objects.create(
        user=user,
        client_id=client_id,
        scopes=sorted(scopes),
        expires_at=ends.get(fate),
        revoked_at=now() if fate == "revoked" else None,
    )


def lend(lender: Membership, borrower: Membership, *, includes: bool, fate: str) -> Delegation:
    """A loan that counts, counts later, is over, or was taken back; it is over at its very end."""
    began = now() + (timedelta(seconds=1) if fate == "later" else timedelta(days=-1))
    made = Delegation.objects.create(
        lender=lender,
        borrower=borrower,
        starts_at=now() if fate == "counts" else began,
        ends_at=now() if fate == "over" else now() + timedelta(days=1),
        reason="away",
        taken_back_at=now() if fate == "taken back" else None,
    )
    DelegatedPower.objects.create(delegation=made, power=Trial.DO if includes else "clients.view")
    return made


def _actors(bob: Membership, carl: User, drawn: Drawn) -> tuple[Actor, ...]:
    firm_id = current_firm_id()
    token = Actor.of_token(bob, token_id=UUID(int=99), name="Bob's script", scopes=drawn.token_scopes)
    return (
        Actor.of_staff(bob),
        token,
        Actor.of_client(carl, firm_id),
        Actor.of_client(carl, firm_id, client_id=CLIENTS[0]),
        Actor.system("trials.job"),
        Actor(domain=Domain.OPERATOR, firm_id=firm_id, name="Olga"),
        Actor(
            domain=Domain.STAFF, firm_id=UUID(int=1), user_id=bob.user_id, membership_id=bob.pk, name="Bob"
        ),
    )
