"""What would have to be different for the answer to be the other one, and the fewest such things.

Each proposal is tried on the predicate that really decides (`decide.judge`), in a world that differs only in it. So
what is proposed does flip the answer; nothing here knows why.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations, islice
from typing import Any
from uuid import UUID

from django.db import models

from firmament.kernel.policies.apart import Duty
from firmament.kernel.policies.authority import Authority, token_covers
from firmament.kernel.policies.compile import demand, located, refusing
from firmament.kernel.policies.decide import judge, prefix_for
from firmament.kernel.policies.fields import Subject, Values, resolve
from firmament.kernel.policies.powers import Declaration
from firmament.kernel.policies.rules import (
    Assigned,
    Atom,
    ClassificationAtMost,
    ClientGranted,
    FieldAtom,
    FieldIs,
    HasRole,
    HasScope,
    InTeam,
    Owns,
    atoms,
)
from firmament.kernel.policies.scopes import Classification, up_to
from firmament.kernel.tenancy.actor import Domain
from firmament.lib.ids import uuid7

MOST_EDITS = 3
MOST_TRIALS = 5000


class Kind(StrEnum):
    """One thing somebody could change."""

    LIFT_WALLS = "lift_walls"
    REACTIVATE = "reactivate"
    EXEMPT = "exempt"
    GIVE_ROLE = "give_role"
    TAKE_ROLE = "take_role"
    TAKE_BACK = "take_back"
    GRANT = "grant"
    REVOKE = "revoke"
    JOIN_TEAM = "join_team"
    LEAVE_TEAM = "leave_team"
    SET_CLEARANCE = "set_clearance"
    SET_FIELD = "set_field"
    ADD_TOKEN_SCOPE = "add_token_scope"  # noqa: S105 - a kind of change, not a secret
    RAISE_WALL = "raise_wall"


@dataclass(frozen=True, slots=True)
class Edit:
    """One change. `path` is the field or the scope it is about, `values` what it puts there (teams, clients, …)."""

    kind: Kind
    path: str = ""
    values: Values = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """One ethical wall that concerns the actor or could come to: `team_id` is None for one against the person."""

    wall_id: UUID
    team_id: UUID | None
    client_id: UUID | None
    engagement_id: UUID | None


@dataclass(frozen=True, slots=True)
class World:
    """Everything an answer depends on, with room for changes."""

    authority: Authority
    declared: Declaration
    subject: Subject | None
    walls: tuple[Standing, ...] = ()
    if_active: Authority | None = None

    @property
    def verdict(self) -> bool:
        return judge(self.authority, self.declared, self.subject).allowed is True

    def with_authority(self, **changes: Any) -> "World":
        """The same world where the actor holds something else; walls follow from it."""
        authority = replace(self.authority, **changes)
        mine = [wall for wall in self.walls if wall.team_id is None or wall.team_id in authority.team_ids]
        return replace(
            self,
            authority=replace(
                authority,
                walled_clients=frozenset(w.client_id for w in mine if w.client_id),
                walled_engagements=frozenset(w.engagement_id for w in mine if w.engagement_id),
            ),
        )

    def after(self, edit: Edit) -> "World":
        """The world in which the edit was made."""
        held = self.authority
        match edit.kind:
            case Kind.GIVE_ROLE:
                return self.with_authority(powers={**held.powers, self.declared.power: ("",)})
            case Kind.TAKE_ROLE:
                powers = {power: by for power, by in held.powers.items() if power != self.declared.power}
                return self.with_authority(powers=powers)
            case Kind.TAKE_BACK:
                return self.with_authority(loans=held.loans_without(edit.values))
            case Kind.EXEMPT:
                return self.with_authority(duties=_exempted(held.duties, edit.values))
            case Kind.JOIN_TEAM:
                return self.with_authority(team_ids=held.team_ids | edit.values)
            case Kind.LEAVE_TEAM:
                return self.with_authority(team_ids=held.team_ids - edit.values)
            case Kind.GRANT | Kind.REVOKE:
                grants = _regranted(held.grants, edit, only=held.actor.client_id)
                return self.with_authority(grants=grants, live=bool(grants))
            case Kind.SET_CLEARANCE:
                return self.with_authority(clearance=next(iter(edit.values)))
            case Kind.ADD_TOKEN_SCOPE:
                actor = replace(held.actor, scopes=held.actor.scopes | edit.values)
                return self.with_authority(actor=actor, scopes=actor.scopes)
            case Kind.REACTIVATE:
                return replace(self, authority=self.if_active or held).with_authority()
            case Kind.SET_FIELD:
                if self.subject is None or self.subject.end(edit.path) is None:
                    return self  # an earlier edit took away what carried this field
                return replace(self, subject=self.subject.with_field(edit.path, next(iter(edit.values))))
            case Kind.LIFT_WALLS:
                kept = tuple(wall for wall in self.walls if wall.wall_id not in edit.values)
                return replace(self, walls=kept).with_authority()
            case Kind.RAISE_WALL:
                raised = Standing(uuid7(), None, next(iter(edit.values)), None)
                return replace(self, walls=(*self.walls, raised)).with_authority()


def _exempted(duties: tuple[Duty, ...], ids: Values) -> tuple[Duty, ...]:
    return tuple(replace(duty, exception_id=duty.id) if duty.id in ids else duty for duty in duties)


def _regranted(
    grants: Mapping[UUID, frozenset[str]], edit: Edit, *, only: UUID | None
) -> dict[UUID, frozenset[str]]:
    """What is granted afterwards; for one who looks at a single client, as far as it is that one's."""
    changed = dict(grants)
    for client in edit.values:
        held = changed.get(client, frozenset())
        changed[client] = held | {edit.path} if edit.kind == Kind.GRANT else held - {edit.path}
    return {
        client: scopes for client, scopes in changed.items() if scopes and (only is None or client == only)
    }


def smallest_change(world: World) -> tuple[Edit, ...] | None:
    """The fewest edits that turn the answer round, the likeliest first; None when it takes more than three."""
    before = world.verdict
    trials = (
        chosen
        for size in range(1, MOST_EDITS + 1)
        for chosen in combinations(_candidates(world), size)
        if _compatible(chosen)
    )
    for chosen in islice(trials, MOST_TRIALS):
        tried = world
        for edit in chosen:
            tried = tried.after(edit)
        if tried.verdict is not before:
            return chosen
    return None


def _compatible(chosen: tuple[Edit, ...]) -> bool:
    """No two edits that set the same thing: the second would undo the first, and only seem to be needed."""
    fields = [edit.path for edit in chosen if edit.kind == Kind.SET_FIELD]
    clearances = [edit for edit in chosen if edit.kind == Kind.SET_CLEARANCE]
    return len(set(fields)) == len(fields) and len(clearances) <= 1


def _candidates(world: World) -> list[Edit]:
    found: list[Edit] = []
    authority = world.authority
    if authority.actor.domain not in (Domain.STAFF, Domain.TOKEN, Domain.CLIENT):
        return found
    if not authority.live and world.if_active is not None:
        found.append(Edit(Kind.REACTIVATE))
    if world.subject is not None:
        found += _about_walls(replace(world, authority=world.if_active or authority), world.subject)
    if authority.actor.domain == Domain.TOKEN and not token_covers(authority.actor.scopes, world.declared):
        found.append(Edit(Kind.ADD_TOKEN_SCOPE, values=frozenset({world.declared.power})))
    declared = world.declared
    if lent := (world.if_active or authority).loans_of(declared.power):
        found.append(Edit(Kind.TAKE_BACK, values=frozenset(loan.delegation_id for loan in lent)))
    if refused := refusing(world.if_active or authority, declared, world.subject):
        found.append(Edit(Kind.EXEMPT, values=frozenset(duty.id for duty in refused)))
    rule = declared.client if authority.actor.domain == Domain.CLIENT else declared.staff
    for atom in dict.fromkeys(atoms(rule)) if rule else ():
        found += _about(atom, replace(world, authority=world.if_active or authority))
    found.sort(key=lambda edit: list(Kind).index(edit.kind))
    return list(dict.fromkeys(found))


def _about_walls(world: World, subject: Subject) -> Iterator[Edit]:
    client = subject.one(getattr(subject.model, "client_path", None))
    engagement = subject.one(getattr(subject.model, "engagement_path", None))
    teams = world.authority.team_ids
    around = [
        wall
        for wall in world.walls
        if (client and wall.client_id == client) or (engagement and wall.engagement_id == engagement)
    ]
    standing = frozenset(w.wall_id for w in around if w.team_id is None or w.team_id in teams)
    if standing:
        yield Edit(Kind.LIFT_WALLS, values=standing)
    elif client and world.authority.actor.domain in (Domain.STAFF, Domain.TOKEN):
        yield Edit(Kind.RAISE_WALL, values=frozenset({client}))
    if len(around) > len(standing):
        # Joining a team that stands behind a wall takes lifting that one too.
        yield Edit(Kind.LIFT_WALLS, values=frozenset(wall.wall_id for wall in around))


def _about(atom: Atom, world: World) -> Iterator[Edit]:
    """What could make this atom true, or false."""
    authority, subject = world.authority, world.subject
    match atom:
        case HasRole():
            held = world.declared.power in authority.powers
            yield Edit(Kind.TAKE_ROLE if held else Kind.GIVE_ROLE)
        case HasScope(scope):
            clients = authority.clients_with(scope)
            if clients:
                yield Edit(Kind.REVOKE, scope, clients)
            else:
                yield Edit(Kind.GRANT, scope, frozenset(list(authority.grants)[:1] or [uuid7()]))
        case Owns() | Assigned() | InTeam() | ClientGranted() | FieldIs() | ClassificationAtMost():
            if subject is not None:
                path = located(
                    demand(atom, authority)[0], subject.model, prefix_for(world.declared, subject.model)
                )
                yield from _about_field(atom, world, subject, path)


def _about_field(atom: FieldAtom, world: World, subject: Subject, path: str) -> Iterator[Edit]:
    authority = world.authority
    wanted = demand(atom, authority)[1]
    values = subject.values(path)
    holds = not wanted.isdisjoint(values)
    filled = frozenset(value for value in values if value is not None)
    settable: list[Any] = []
    match atom:
        case Owns() | Assigned():
            mine = authority.named_in(resolve(subject.model, path).target)
            settable = _others(subject.model, path, wanted) if holds else sorted(mine)[:1]
        case InTeam():
            if filled:
                yield Edit(
                    Kind.LEAVE_TEAM if holds else Kind.JOIN_TEAM, path, filled & wanted if holds else filled
                )
            settable = _others(subject.model, path, wanted) if holds else sorted(wanted)[:1]
        case ClientGranted(_path, scope):
            if filled:
                yield Edit(Kind.REVOKE if holds else Kind.GRANT, scope, filled)
        case ClassificationAtMost():
            if authority.actor.domain != Domain.CLIENT:
                yield from _about_clearance(filled, holds=holds)
            reach = up_to(authority.clearance)
            settable = [str(level) for level in Classification.values if (level in reach) is not holds]
        case FieldIs():
            settable = _others(subject.model, path, wanted) if holds else sorted(wanted, key=str)
    if subject.end(path) is not None:
        yield from (Edit(Kind.SET_FIELD, subject.canonical(path), frozenset({value})) for value in settable)


def _about_clearance(classified: Values, *, holds: bool) -> Iterator[Edit]:
    for level in Classification.values:
        if (not classified.isdisjoint(up_to(str(level)))) is not holds:
            yield Edit(Kind.SET_CLEARANCE, values=frozenset({str(level)}))


def _others(model: type[models.Model], path: str, wanted: Values) -> list[Any]:
    """What the field could hold instead: another choice, the other truth, nothing, or another row."""
    taken = resolve(model, path)
    column: Any = taken.column
    choices = [value for value, _label in column.flatchoices if value not in wanted]
    if choices:
        return choices
    if isinstance(column, models.BooleanField):
        return [value for value in (True, False) if value not in wanted]
    if column.null and None not in wanted:
        return [None]
    if taken.target is not None:
        others = taken.target._default_manager.exclude(pk__in=wanted - {None})
        return list(others.values_list("pk", flat=True)[:1])
    return [uuid7()] if isinstance(column, models.UUIDField) else []
