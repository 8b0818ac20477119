"""The registry of powers: each declared once, with its rule, by the room it belongs to.

A room's `policies.py` is imported at start, so what is not declared there does not exist, and asking for
it is an error rather than a silent no.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from firmament.kernel.ledger.words import vocabulary
from firmament.kernel.policies.rules import (
    ClientGranted,
    HasRole,
    HasScope,
    InTeam,
    Rule,
    atoms,
)
from firmament.kernel.policies.scopes import Classification, Scope

FIRM_ADMIN = "firm_admin"
PARTNER = "partner"
MANAGER = "manager"
STAFF = "staff"
BILLING = "billing"
READ_ONLY = "read_only"

# Code, name and clearance of the roles every firm begins with. The name is stored, so it is English.
BUILT_IN_ROLES: tuple[tuple[str, str, str], ...] = (
    (FIRM_ADMIN, "Firm admin", Classification.RESTRICTED),
    (PARTNER, "Partner", Classification.RESTRICTED),
    (MANAGER, "Manager", Classification.RESTRICTED),
    (STAFF, "Staff", Classification.CONFIDENTIAL),
    (BILLING, "Billing", Classification.CONFIDENTIAL),
    (READ_ONLY, "Read only", Classification.CONFIDENTIAL),
)
_ROLE_NAMES = {code: name for code, name, _clearance in BUILT_IN_ROLES}
BUILT_IN_CODES = frozenset(code for code, _name, _clearance in BUILT_IN_ROLES)
EVERY_ROLE = (PARTNER, MANAGER, STAFF, BILLING, READ_ONLY)

# The room whose powers operators have without a session: those over sessions themselves.
OPERATORS_DESK = "breakglass"

READING_VERBS = ("view", "list", "read", "download")


class Power(StrEnum):
    """Base of each room's powers: `class Can(Power): VIEW = "clients.view"`."""


class UnknownPower(LookupError):
    """A power nobody declared was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a power is: its words, its model, its rule for each domain, and the roles that begin with it.

    `through` lists further models that hang on the power's own: label → ORM path to it, "" for the model itself.
    `formerly` are the names it had in earlier releases. `operator` is the rule for who runs the platform, while a
    break-glass session opens the firm to them; only of powers that read.
    """

    power: str
    title: str | Promise
    staff: Rule | None
    client: Rule | None
    roles: frozenset[str]
    sensitive: bool
    reads: bool
    through: dict[str, str]
    formerly: tuple[str, ...] = ()
    lendable: bool = True
    operator: Rule | None = None

    def __post_init__(self) -> None:
        _check_operator(self)

    @property
    def room(self) -> str:
        return self.power.partition(".")[0]

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in (self.staff, self.client, self.operator) if rule is not None)

    @property
    def needs_opening(self) -> bool:
        """Whether an operator may do it only while a session opens the firm: all but what is done about sessions."""
        return self.room != OPERATORS_DESK

    def prefix(self, label: str) -> str | None:
        """The ORM path from the model `label` to the one the rule's fields start from, or None."""
        path = self.through.get(label.lower())
        return path if not path else f"{path}__"


_declared: dict[str, Declaration] = {}
_house: dict[str, frozenset[str]] = {}
_open_models: dict[str, str] = {}


def declare(
    power: Power,
    *,
    title: str | Promise,
    model: str | None = None,
    through: dict[str, str] | None = None,
    staff: Rule | None = HasRole(),  # noqa: B008 - a frozen value
    client: Rule | None = None,
    roles: Sequence[str] = (),
    sensitive: bool = False,
    reads: bool | None = None,
    formerly: Sequence[str] = (),
    lendable: bool = True,
    operator: Rule | None = None,
) -> Declaration:
    """Declare a power.

    `model` is what the rules' fields start from; `through={"clients.Contact": "client"}` lets the same rule answer for
    a model that hangs on it. The firm's administrator holds every power of the staff from the start; `roles` names who
    else does. Denials of a `sensitive` power are recorded. `reads` (by default told from the verb) makes it part of
    the token scope `<room>.read`. `formerly` names what the power was called before: the next upgrade gives it to the
    roles and tokens that held it by such a name. What is done with a power that is not `lendable` outlives an absence,
    such as giving somebody a role; nor does anybody lend what hangs on no role.
    """
    _check_names(power, roles)
    _check_domains(power, staff, client)
    declaration = Declaration(
        power=str(power),
        title=title,
        staff=staff,
        client=client,
        roles=frozenset({*roles, FIRM_ADMIN}) if staff else frozenset(),
        sensitive=sensitive,
        reads=_is_reading(power) if reads is None else reads,
        through={k.lower(): path for k, path in (({model: ""} if model else {}) | (through or {})).items()},
        formerly=tuple(formerly),
        lendable=lendable and _asks_for_a_role(staff),
        operator=operator,
    )
    return _declared.setdefault(declaration.power, declaration)


def _asks_for_a_role(rule: Rule | None) -> bool:
    return rule is not None and any(isinstance(atom, HasRole) for atom in atoms(rule))


def _check_names(power: str, roles: Sequence[str]) -> None:
    room, _dot, verb = power.partition(".")
    if not (room and verb) or power in _declared:
        raise ValueError(f"{power}: a power is declared once, as room.verb")
    if unknown := set(roles) - BUILT_IN_CODES:
        raise ValueError(f"{power}: no such built-in role: {sorted(unknown)}")


def _is_reading(power: str) -> bool:
    return power.partition(".")[2].partition("_")[0] in READING_VERBS


def _check_domains(power: str, staff: Rule | None, client: Rule | None) -> None:
    """Refuse an atom in a domain where it could never be true: it would read like a permission and be none."""
    scopes = {str(scope) for scope in Scope}
    for atom in atoms(staff) if staff else ():
        if isinstance(atom, HasScope | ClientGranted):
            raise ValueError(f"{power}: {atom} belongs to the client's rule")
    for atom in atoms(client) if client else ():
        if isinstance(atom, HasRole | InTeam):
            raise ValueError(f"{power}: {atom} belongs to the staff's rule")
        if isinstance(atom, HasScope | ClientGranted) and atom.scope not in scopes:
            raise ValueError(f"{power}: no such scope: {atom.scope}")


def _check_operator(declared: Declaration) -> None:
    """Refuse a rule by which an operator could change something of a firm, or that could never be true of one."""
    if declared.operator is None:
        return
    if declared.needs_opening and not declared.reads:
        raise ValueError(f"{declared.power}: operators read, and change nothing")
    for atom in atoms(declared.operator):
        if isinstance(atom, HasRole | InTeam | HasScope | ClientGranted):
            raise ValueError(
                f"{declared.power}: {atom} belongs to staff or clients, and operators are neither"
            )


def declaration(power: str) -> Declaration:
    """The declaration of a power; `UnknownPower` when there is none."""
    try:
        return _declared[power]
    except KeyError:
        raise UnknownPower(f"{power} is not declared; is its room's policies.py loaded?") from None


@vocabulary("role")
def role_title(code: str) -> str:
    """A role in words; a power that somebody else lent stands there by the lending’s id, and a firm’s own role by its code."""
    if code.startswith("lent:"):
        return _("acting on lent powers")
    return _ROLE_NAMES.get(code, code)


@vocabulary("power")
def title_of(power: str) -> str:
    """A power in words; its code where no room declares it any more."""
    declared = _declared.get(power)
    return str(declared.title) if declared else power


def declarations() -> list[Declaration]:
    """Every power, by name."""
    return [_declared[power] for power in sorted(_declared)]


def renamed_powers() -> dict[str, tuple[Declaration, ...]]:
    """Names of earlier releases, each with what it is now; more than one where a power was parted."""
    found: dict[str, tuple[Declaration, ...]] = {}
    for declared in declarations():
        for old in declared.formerly:
            found[old] = (*found.get(old, ()), declared)
    return found


def declare_house(code: str, powers: Iterable[str]) -> None:
    """Give powers to `Actor.system(code)` where no job stands behind it: commands, the demo, provisioning."""
    _house[code] = frozenset(str(power) for power in powers)


def house_powers(code: str) -> frozenset[str]:
    """Powers declared by `declare_house`."""
    return _house.get(code, frozenset())


def house_codes() -> MappingProxyType[str, frozenset[str]]:
    """Every code of `declare_house` with its powers, for the inventory."""
    return MappingProxyType(_house)


def stands_open(label: str, *, reason: str) -> None:
    """Say why a firm's model hangs on no client: ethical walls cannot reach it."""
    _open_models[label.lower()] = reason


def open_models() -> MappingProxyType[str, str]:
    """Models without a client, each with its reason."""
    return MappingProxyType(_open_models)
