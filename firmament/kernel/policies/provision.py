"""The built-in roles of a firm, from what every room declared."""

from firmament.kernel.ledger.record import record
from firmament.kernel.policies.authority import forget_authority
from firmament.kernel.policies.events import BuiltInRolesRefreshed
from firmament.kernel.policies.models import Role, RolePower
from firmament.kernel.policies.models_duties import DutyPair
from firmament.kernel.policies.powers import BUILT_IN_ROLES, declarations
from firmament.kernel.policies.renames import carry_over_renamed_powers
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction


def provision_roles() -> None:
    """Make the six built-in roles of the current firm, or bring them up to date; doing it twice is harmless."""
    _fill(_roles())


def refresh_builtin_roles() -> tuple[str, ...]:
    """Give the current firm's built-in roles the powers a new release declares; returns `role: power` of each.

    Only adds: a power that a release no longer knows stays, because an older host may still be running.
    """
    added = _fill(_roles())
    if added:
        record(Actor.system("policies.refresh_builtin_roles"), BuiltInRolesRefreshed(added=added))
    return added


def refresh_every_firm() -> int:
    """After an upgrade: renamed powers carried over, new ones given, in every firm; returns in how many any was.

    Not through `each_firm`: a firm where nothing changes should not read in its ledger that somebody went through it,
    and where something does, the event says what.
    """
    firms = Firm.objects.exclude(state=Firm.State.CANCELED).order_by("pk").values_list("pk", flat=True)
    gained = 0
    for firm_id in list(firms):
        with firm_transaction(firm_id):
            renamed = carry_over_renamed_powers()
            gained += bool(refresh_builtin_roles() or renamed)
    return gained


def _roles() -> dict[str, Role]:
    there = {role.code: role for role in Role.objects.filter(built_in=True)}
    missing = [
        Role(code=code, name=name, built_in=True, clearance=clearance)
        for code, name, clearance in BUILT_IN_ROLES
        if code not in there
    ]
    return there | {role.code: role for role in Role.objects.bulk_create(missing)}


def _fill(roles: dict[str, Role]) -> tuple[str, ...]:
    held = set(RolePower.objects.filter(role__built_in=True).values_list("role__code", "power"))
    # Where the firm keeps a power apart, who gets it is for the firm to say, and no release's.
    pairs = DutyPair.objects.in_force().filter(kind=DutyPair.Kind.HOLD)
    apart = {power for pair in pairs.values_list("power_a", "power_b") for power in pair}
    lacking = [
        (code, declared.power)
        for declared in declarations()
        for code in sorted(declared.roles)
        if (code, declared.power) not in held and declared.power not in apart
    ]
    RolePower.objects.bulk_create(
        (RolePower(role=roles[code], power=power) for code, power in lacking), ignore_conflicts=True
    )
    forget_authority()
    return tuple(f"{code}: {power}" for code, power in lacking)
