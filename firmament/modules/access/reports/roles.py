"""Roles with their people, the matrix narrowed, and how a role differs from the one it came from."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from firmament.kernel.ledger.models import Entry
from firmament.kernel.ledger.timeline import ActivityRow, activity
from firmament.kernel.ledger.words import room_title
from firmament.kernel.policies.authority import authority_of
from firmament.kernel.policies.decide import may
from firmament.kernel.policies.matrix import Matrix, Room, firm_matrix
from firmament.kernel.policies.models import Role, RoleAssignment, RolePower
from firmament.kernel.policies.powers import declaration, declarations, title_of
from firmament.kernel.policies.roles import in_order
from firmament.kernel.policies.scopes import Classification, up_to
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership

# Powers with their words, by room: its code, its name, what it has.
Rooms = list[tuple[str, str, list[tuple[str, str]]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A power in words. `code` is for those who know it by that."""

    code: str
    title: str
    room: str
    sensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleLine:
    """A role, who holds it, and by how much it differs from the built-in one it came from."""

    role: Role
    people: tuple[str, ...]
    origin: str
    added: tuple[Named, ...]
    removed: tuple[Named, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleFacts:
    """What a role's page shows."""

    line: RoleLine
    rooms: tuple[tuple[str, tuple[Named, ...]], ...]
    held_by_reader: bool
    history: tuple[ActivityRow, ...]


def named(codes: frozenset[str]) -> tuple[Named, ...]:
    """Powers in words, by room; one that no room declares any more goes by its code."""
    known = {declared.power: declared for declared in declarations()}
    found = []
    for code in sorted(codes):
        declared = known.get(code)
        found.append(
            Named(
                code=code,
                title=str(declared.title) if declared else code,
                room=room_title(code.partition(".")[0]),
                sensitive=bool(declared and declared.sensitive),
            )
        )
    return tuple(sorted(found, key=lambda power: (power.room, power.title)))


def role_lines(actor: Actor, *, deleted: bool = False) -> list[RoleLine]:
    """The firm's roles, the built-in ones by their weight and then its own by name; or those that were deleted."""
    rows = Role.objects.visible_to(actor)
    return _lines(actor, in_order(rows.filter(deleted_at__isnull=not deleted)))


def _lines(actor: Actor, roles: list[Role]) -> list[RoleLine]:
    built_in = {role.code: role for role in Role.objects.filter(built_in=True)}
    carried = _carried([*roles, *built_in.values()])
    people = _people(actor)
    found = []
    for role in roles:
        source = built_in.get(role.origin)
        mine = carried.get(role.pk, frozenset())
        its = carried.get(source.pk, frozenset()) if source else mine
        found.append(
            RoleLine(
                role=role,
                people=tuple(people.get(role.pk, ())),
                origin=source.name if source else "",
                added=named(mine - its),
                removed=named(its - mine),
            )
        )
    return found


def _carried(roles: list[Role]) -> dict[UUID, frozenset[str]]:
    found: dict[UUID, set[str]] = {}
    rows = RolePower.objects.filter(role__in={role.pk for role in roles})
    for role_id, power in rows.values_list("role_id", "power"):
        found.setdefault(role_id, set()).add(power)
    return {pk: frozenset(powers) for pk, powers in found.items()}


def _people(actor: Actor) -> dict[UUID, list[str]]:
    """The names of the active people who hold each role."""
    names: dict[UUID, list[str]] = {}
    members = Membership.objects.visible_to(actor).filter(state=Membership.State.ACTIVE)
    held = RoleAssignment.objects.filter(membership__in=members).order_by("membership__user__name")
    for role_id, name in held.values_list("role_id", "membership__user__name"):
        names.setdefault(role_id, []).append(name)
    return names


def role_facts(actor: Actor, role: Role) -> RoleFacts:
    """What a role carries, who holds it, and what happened to it."""
    carried = _carried([role]).get(role.pk, frozenset())
    rooms: dict[str, list[Named]] = {}
    for power in named(carried):
        rooms.setdefault(power.room, []).append(power)
    mine = authority_of(actor)
    audits = may(actor, Entry.view_power)
    return RoleFacts(
        line=_lines(actor, [role])[0],
        rooms=tuple((room, tuple(powers)) for room, powers in rooms.items()),
        held_by_reader=carried <= mine.held and role.clearance in up_to(mine.clearance),
        history=tuple(activity("policies.role", role.pk, limit=12)) if audits else (),
    )


def matrix_for(text: str, room: str, *, differing: bool) -> Matrix:
    """The matrix, narrowed to the powers whose words hold the text, one room's, or those not every role has."""
    matrix = firm_matrix()
    rooms = [_narrowed(one, text.casefold(), differing=differing) for one in matrix.rooms]
    kept = [one for one in rooms if one.rows and (not room or one.code == room)]
    return Matrix(columns=matrix.columns, rooms=tuple(kept))


def _narrowed(room: Room, text: str, *, differing: bool) -> Room:
    rows = tuple(
        row
        for row in room.rows
        if (text in f"{row.title} {row.power} {room.title}".casefold())
        and not (differing and len(set(row.cells)) == 1)
    )
    return replace(room, rows=rows)


def rooms_to_choose() -> list[tuple[str, str]]:
    """Rooms that have powers of the staff, by name."""
    codes = {declared.room for declared in declarations() if declared.staff is not None}
    return sorted(((code, room_title(code)) for code in codes), key=lambda room: room[1])


def by_room(powers: Iterable[str]) -> Rooms:
    """Powers to choose from."""
    rooms: dict[str, list[tuple[str, str]]] = {}
    for power in sorted(powers):
        rooms.setdefault(declaration(power).room, []).append((power, title_of(power)))
    return sorted(((code, room_title(code), inside) for code, inside in rooms.items()), key=lambda r: r[1])


def offered_powers(actor: Actor) -> Rooms:
    """What the actor could put in a role: everything they hold themself."""
    held = authority_of(actor).held
    return by_room(d.power for d in declarations() if d.staff is not None and d.power in held)


def offered_clearances(actor: Actor) -> list[tuple[str, str]]:
    """How far a role could see: as far as the actor does."""
    reach = up_to(authority_of(actor).clearance)
    return [(str(value), str(words)) for value, words in Classification.choices if value in reach]
