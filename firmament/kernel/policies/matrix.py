"""Roles × powers, grouped by room: what the page of roles shows, and what the inventory lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from firmament.kernel.ledger.words import room_title
from firmament.kernel.policies.models import Role, RoleAssignment, RolePower
from firmament.kernel.policies.powers import BUILT_IN_ROLES, Declaration, declarations
from firmament.kernel.policies.roles import in_order
from firmament.kernel.tenancy.models import Membership


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A role. `people` counts its active holders."""

    code: str
    name: str
    built_in: bool
    people: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A power, and which roles (by code) carry it."""

    power: str
    title: str
    sensitive: bool
    roles: frozenset[str]
    cells: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The powers of one room."""

    code: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    columns: tuple[Column, ...]
    rooms: tuple[Room, ...]


def firm_matrix() -> Matrix:
    """The current firm's roles as they are now, in three queries; ask `policies.view_roles` before showing it."""
    carried: dict[str, set[str]] = {}
    for power, code in RolePower.objects.filter(role__deleted_at__isnull=True).values_list(
        "power", "role__code"
    ):
        carried.setdefault(power, set()).add(code)
    active = Membership.State.ACTIVE
    holders: dict[str, int] = {}
    for code in RoleAssignment.objects.filter(membership__state=active).values_list("role__code", flat=True):
        holders[code] = holders.get(code, 0) + 1
    columns = tuple(
        Column(code=role.code, name=role.name, built_in=role.built_in, people=holders.get(role.code, 0))
        for role in in_order(Role.objects.standing())
    )
    return Matrix(columns=columns, rooms=rooms(columns, carried))


def declared_matrix() -> Matrix:
    """The built-in roles as this release declares them; needs no database."""
    columns = tuple(Column(code=code, name=name, built_in=True) for code, name, _clearance in BUILT_IN_ROLES)
    return Matrix(columns=columns, rooms=rooms(columns, {d.power: set(d.roles) for d in declarations()}))


def rooms(columns: tuple[Column, ...], carried: Mapping[str, set[str]]) -> tuple[Room, ...]:
    """The powers of the staff by room, each with the roles that carry it."""

    def row(declared: Declaration) -> Row:
        roles = frozenset(carried.get(declared.power, set()))
        return Row(
            power=declared.power,
            title=str(declared.title),
            sensitive=declared.sensitive,
            roles=roles,
            cells=tuple(column.code in roles for column in columns),
        )

    for_staff = [declared for declared in declarations() if declared.staff is not None]
    return tuple(
        Room(code=code, title=room_title(code), rows=tuple(row(declared) for declared in inside))
        for code, inside in groupby(for_staff, key=lambda declared: declared.room)
    )
