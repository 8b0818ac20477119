"""What an actor holds at this moment: powers of their roles, teams, walls, grants. One query a transaction."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, OuterRef, QuerySet

from firmament.kernel.jobs.registry import powers_of
from firmament.kernel.policies.apart import HOLD, Duty, duties_of
from firmament.kernel.policies.models import (
    DelegatedPower,
    Delegation,
    PortalGrant,
    RoleAssignment,
    RolePower,
)
from firmament.kernel.policies.models_duties import DutyUse
from firmament.kernel.policies.powers import Declaration, declaration, house_powers
from firmament.kernel.policies.scopes import CLIENT_CLEARANCE, Classification, higher
from firmament.kernel.policies.staff_rows import active_rows, row_of
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.ambient import NoFirm, ambient, current_firm_id, transaction_cache
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import now

if TYPE_CHECKING:
    from firmament.kernel.identity.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorStanding:
    """Whether somebody is an operator of the platform now, and whether the firm at hand is `open` to them."""

    live: bool
    open: bool


def _no_operators(user_id: UUID) -> OperatorStanding:
    return OperatorStanding(live=False, open=False)


# Set by breakglass, which keeps operators and their sessions. Unset, nobody is one.
operator_standing: Callable[[UUID], OperatorStanding] = _no_operators


def set_operator_source(source: Callable[[UUID], OperatorStanding]) -> None:
    """Name who knows the platform's operators (kernel.breakglass, at start)."""
    global operator_standing
    operator_standing = source


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """Powers that somebody lent and that count now. `authority` is the lender's own, cut to what is lent."""

    delegation_id: UUID
    until: datetime
    authority: "Authority"

    @property
    def lender(self) -> str:
        return self.authority.actor.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """An actor with everything the rules ask about. `live` is False for a deactivated member, who holds nothing.

    `opened`: a break-glass session opens the firm to this operator.
    `eyes` is what the one holds who looks as this person (`Actor.looker`): nothing is shown that only one may see.
    """

    actor: Actor
    live: bool
    roles: tuple[str, ...] = ()
    powers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    clearance: str = ""
    team_ids: frozenset[UUID] = frozenset()
    walled_clients: frozenset[UUID] = frozenset()
    walled_engagements: frozenset[UUID] = frozenset()
    grants: Mapping[UUID, frozenset[str]] = field(default_factory=dict)
    scopes: frozenset[str] = frozenset()
    loans: tuple[Loan, ...] = ()
    opened: bool = False
    duties: tuple[Duty, ...] = ()
    eyes: "Authority | None" = None

    @property
    def person(self) -> frozenset[UUID]:
        """The ids by which a row may name the actor. Both are UUIDs, so neither can be taken for the other."""
        mine = self.actor.user_id, self.actor.membership_id
        return frozenset(i for i in mine if i is not None)

    def named_in(self, target: type[Model] | None) -> frozenset[UUID]:
        """Those of them that a column referring to `target` can hold; both where it refers to nothing."""
        if target is None:
            return self.person
        member = target._meta.label_lower == "tenancy.membership"
        mine = self.actor.membership_id if member else self.actor.user_id
        return frozenset({mine} if mine else ())

    @property
    def walled(self) -> bool:
        return bool(self.walled_clients or self.walled_engagements)

    @property
    def held(self) -> frozenset[str]:
        """The powers the actor could hand on: their roles', cut to a token's scopes. Never what was lent to them."""
        if self.actor.domain != Domain.TOKEN:
            return frozenset(self.powers)
        return frozenset(power for power in self.powers if token_covers(self.scopes, declaration(power)))

    @property
    def torn(self) -> frozenset[str]:
        """Powers that count for nothing, because the actor has both of a pair that nobody may have both of."""
        held = self.powers.keys() | {power for loan in self.loans for power in loan.authority.powers}
        broken = (
            duty.powers
            for duty in self.duties
            if duty.kind == HOLD and duty.exception_id is None and held.issuperset(duty.powers)
        )
        return frozenset(power for powers in broken for power in powers)

    @property
    def reach(self) -> str:
        """A name for what decides which rows the actor may see; another one as soon as any of it changes."""
        parts = (
            sorted(self.powers),
            [self.clearance],
            *(sorted(map(str, ids)) for ids in (self.team_ids, self.walled_clients, self.walled_engagements)),
            sorted(f"{client} {scope}" for client, scopes in self.grants.items() for scope in scopes),
            sorted(self.scopes),
            sorted(f"{loan.delegation_id} {loan.authority.reach}" for loan in self.loans),
            sorted(self.torn),
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    @property
    def hidden_clients(self) -> frozenset[UUID]:
        """What a wall hides from the actor, or from whoever lent them powers: for lists that no power narrows."""
        return self.walled_clients.union(*(loan.authority.walled_clients for loan in self.loans))

    @property
    def hidden_engagements(self) -> frozenset[UUID]:
        return self.walled_engagements.union(*(loan.authority.walled_engagements for loan in self.loans))

    def loans_of(self, power: str) -> tuple[Loan, ...]:
        """The loans a power is part of."""
        return tuple(loan for loan in self.loans if power in loan.authority.powers)

    def loans_without(self, ids: frozenset[Any]) -> tuple[Loan, ...]:
        return tuple(loan for loan in self.loans if loan.delegation_id not in ids)

    def clients_with(self, scope: str) -> frozenset[UUID]:
        return frozenset(client for client, scopes in self.grants.items() if scope in scopes)


@dataclass(frozen=True, slots=True)
class _Key:
    domain: Domain
    membership_id: UUID | None
    user_id: UUID | None
    client_id: UUID | None
    job: str
    scopes: frozenset[str]
    looker_id: UUID | None


def _key(actor: Actor) -> _Key:
    looker_id = actor.looker.membership_id if actor.looker else None
    mine = actor.domain, actor.membership_id, actor.user_id, actor.client_id
    return _Key(*mine, actor.job, actor.scopes, looker_id)


def authority_of(actor: Actor) -> Authority:
    """The actor's authority in the firm of the running transaction, read at most once in it.

    An actor of another firm holds nothing here, whatever they hold at home.
    """
    here = ambient.get()
    if here is None:
        raise NoFirm("No firm is set: open firm_transaction(firm_id) first.")
    if actor.firm_id != here.firm_id:
        return Authority(actor=actor, live=False)
    cache = transaction_cache().setdefault(Authority, {})
    key = _key(actor)
    if key not in cache:
        cache[key] = _load(actor)
    found = cache[key]
    assert isinstance(found, Authority)
    return found


def forget_authority() -> None:
    """Ask the database again at the next question; called by whatever changes roles, teams, walls or grants."""
    transaction_cache().pop(Authority, None)
    transaction_cache().pop(DutyUse, None)


def _load(actor: Actor) -> Authority:
    if actor.looker is not None:
        return _seen_by(authority_of(replace(actor, looker=None)), authority_of(actor.looker), actor)
    match actor.domain:
        case Domain.STAFF | Domain.TOKEN:
            return _staff(actor)
        case Domain.CLIENT:
            return _client(actor)
        case Domain.SYSTEM:
            powers = dict.fromkeys(system_powers(actor.job), (actor.job,))
            return Authority(actor=actor, live=True, powers=powers, clearance=Classification.RESTRICTED)
        case Domain.OPERATOR if actor.user_id is not None:
            standing = operator_standing(actor.user_id)
            return Authority(actor=actor, live=standing.live, opened=standing.live and standing.open)
        case _:
            return Authority(actor=actor, live=False)


def _seen_by(person: Authority, eyes: Authority, actor: Actor) -> Authority:
    """The person's authority as somebody else may look through it: behind the walls of both."""
    return replace(
        person,
        actor=actor,
        live=person.live and eyes.live,
        walled_clients=person.walled_clients | eyes.walled_clients,
        walled_engagements=person.walled_engagements | eyes.walled_engagements,
        eyes=eyes,
    )


def system_powers(code: str) -> frozenset[str]:
    """The powers declared beside a job, or by `declare_house` where no job stands behind the code."""
    return frozenset(powers_of(code)) | house_powers(code)


def authority_if_active(actor: Actor) -> Authority:
    """What a member would hold if they were active: for explanations alone, never for a decision."""
    return _staff(actor, deactivated_too=True)


def _staff(actor: Actor, *, deactivated_too: bool = False) -> Authority:
    """A member's authority, in one row; the same for a token, whose maker it is."""
    if actor.membership_id is None:
        return Authority(actor=actor, live=False)
    row = row_of(actor.membership_id, None, deactivated_too=deactivated_too)
    if row is None:
        return Authority(actor=actor, live=False)
    # A program does what its maker may by their own roles; what was lent to them is for them alone.
    return _of_row(actor, row, () if actor.domain == Domain.TOKEN else _loans(row[-1]))


def enter_as_staff(user: "User") -> Actor | None:
    """The person as a member of the firm at hand, or None; what they hold is remembered from the same question.

    Every request of every page begins with it, so member, roles and authority are one query.
    """
    row = row_of(None, user.pk, deactivated_too=False)
    if row is None:
        return None
    actor = Actor(
        domain=Domain.STAFF,
        firm_id=current_firm_id(),
        user_id=user.pk,
        membership_id=row[0],
        name=user.name,
        roles=tuple(sorted(entry.partition("|")[0] for entry in row[1])),
    )
    transaction_cache().setdefault(Authority, {})[_key(actor)] = _of_row(actor, row, _loans(row[-1]))
    return actor


def _loans(ids: Collection[UUID], known: Mapping[UUID | None, Authority] | None = None) -> tuple[Loan, ...]:
    """What these delegations lend: of the lender's own powers as they are now, those that were named.

    `known` are authorities that were read already; a lender who is not among the active lends nothing any more. Two
    queries, however many delegations; one where all are known.
    """
    if not ids:
        return ()
    named = DelegatedPower.objects.filter(delegation=OuterRef("pk")).values("power")
    rows = Delegation.objects.filter(pk__in=ids).select_related("lender__user").order_by("pk")
    lendings = list(rows.annotate(named=ArraySubquery(named)))
    if known is None:
        lenders = {lent.lender_id: Actor.of_staff(lent.lender) for lent in lendings}
        known = {row[0]: _of_row(lenders[row[0]], row) for row in active_rows(lenders)}
    found = []
    for lent in lendings:
        own = known.get(lent.lender_id)
        if own is not None:
            chosen = frozenset(lent.named)
            powers = {power: by for power, by in own.powers.items() if power in chosen - own.torn}
            cut = replace(own, powers=powers, loans=())
            found.append(Loan(delegation_id=lent.pk, until=lent.ends_at, authority=cut))
    return tuple(found)


def _of_row(actor: Actor, row: tuple[Any, ...], loans: tuple[Loan, ...] = ()) -> Authority:
    _membership, roles, carried, teams, clients, engagements, duties, _borrowed = row
    powers: dict[str, tuple[str, ...]] = {}
    for role, _bar, power in sorted(entry.partition("|") for entry in carried):
        powers[power] = (*powers.get(power, ()), role)
    held = sorted(entry.split("|") for entry in roles)
    return Authority(
        actor=actor,
        live=True,
        roles=tuple(code for code, _clearance in held),
        powers=powers,
        clearance=higher([clearance for _code, clearance in held]),
        team_ids=frozenset(teams),
        walled_clients=frozenset(clients),
        walled_engagements=frozenset(engagements),
        scopes=actor.scopes,
        loans=loans,
        duties=duties_of(duties),
    )


def everybody() -> dict[Actor, Authority]:
    """Whoever may come in now, staff and clients' people, each with what they hold; four queries for all of them."""
    rows = active_rows()
    members = Membership.objects.select_related("user").in_bulk([row[0] for row in rows])
    own = {row[0]: _of_row(Actor.of_staff(members[row[0]]), row) for row in rows}
    loans = {loan.delegation_id: loan for loan in _loans({pk for row in rows for pk in row[-1]}, own)}
    found: dict[Actor, Authority] = {}
    for row in rows:
        borrowed = tuple(loans[pk] for pk in sorted(row[-1]) if pk in loans)
        found[own[row[0]].actor] = replace(own[row[0]], loans=borrowed) if borrowed else own[row[0]]
    grants: dict[Actor, dict[UUID, frozenset[str]]] = {}
    for grant in PortalGrant.objects.in_force(at=now()).filter(user__is_active=True).select_related("user"):
        actor = Actor.of_client(grant.user, current_firm_id())
        grants.setdefault(actor, {})[grant.client_id] = frozenset(grant.scopes)
    for actor, held in grants.items():
        found[actor] = Authority(actor=actor, live=True, grants=held, clearance=CLIENT_CLEARANCE)
    return found


def _client(actor: Actor) -> Authority:
    """A portal identity's grants. An expired one is gone at the instant it says.

    One who looks at a single client holds that grant and no other, so every rule narrows with it.
    """
    if actor.user_id is None:
        return Authority(actor=actor, live=False)
    rows = PortalGrant.objects.in_force(at=now()).filter(user_id=actor.user_id, user__is_active=True)
    if actor.client_id is not None:
        rows = rows.filter(client_id=actor.client_id)
    grants = {client: frozenset(scopes) for client, scopes in rows.values_list("client_id", "scopes")}
    return Authority(actor=actor, live=bool(grants), grants=grants, clearance=CLIENT_CLEARANCE)


def token_covers(scopes: frozenset[str], declared: Declaration) -> bool:
    """Whether a token's scopes reach a power: by its name, by `<room>.*`, or by `<room>.read` if it only reads."""
    return (
        declared.power in scopes
        or f"{declared.room}.*" in scopes
        or (declared.reads and f"{declared.room}.read" in scopes)
    )


def roles_of(membership_id: UUID) -> tuple[str, ...]:
    """The codes of the roles a member holds, for the actor and, through it, for the ledger."""
    held = RoleAssignment.objects.filter(membership_id=membership_id).values_list("role__code", flat=True)
    return tuple(sorted(held))


def holders_of(power: str) -> "QuerySet[Membership]":
    """The active members who hold a power by a role, by name."""
    roles = RolePower.objects.filter(power=power).values("role")
    holders = RoleAssignment.objects.filter(role__in=roles).values("membership")
    members: QuerySet[Membership] = Membership.objects.filter(pk__in=holders, state=Membership.State.ACTIVE)
    return members.select_related("user").order_by("user__name", "pk")


def with_roles(actor: Actor) -> Actor:
    """The actor with the codes of the roles they hold now, for the ledger; no query beyond the authority's own."""
    return replace(actor, roles=authority_of(actor).roles)
