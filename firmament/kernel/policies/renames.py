"""Powers that were renamed: what a firm gave by the old name is carried over to the new one."""

from collections.abc import Callable, Mapping

from firmament.kernel.ledger.record import record
from firmament.kernel.policies.authority import forget_authority
from firmament.kernel.policies.events import PowersRenamed
from firmament.kernel.policies.models import RolePower
from firmament.kernel.policies.powers import Declaration, renamed_powers
from firmament.kernel.tenancy.actor import Actor

Renamed = Mapping[str, tuple[Declaration, ...]]
Carrier = Callable[[Renamed], None]

_carriers: list[Carrier] = []


def carry_along(carrier: Carrier) -> None:
    """Name who else keeps names of powers (kernel.identity its tokens' scopes, at start)."""
    _carriers.append(carrier)


def carry_over_renamed_powers() -> tuple[str, ...]:
    """In the current firm, give every role the new names of what it holds by old ones; returns `old → new` of each.

    The old name goes, and its going is the sign that this was done: the administrator held every power, so a firm
    that knows the old name at all has a row of it. A second run finds none, and what the firm has taken from a role or
    granted to a token since then stays as it is. A host of the older release refuses these powers until it is replaced.
    """
    known = renamed_powers()
    rows = list(RolePower.objects.filter(power__in=known))
    if not rows:
        return ()
    RolePower.objects.bulk_create(
        (RolePower(role_id=row.role_id, power=now.power) for row in rows for now in known[row.power]),
        ignore_conflicts=True,
    )
    RolePower.objects.filter(pk__in=[row.pk for row in rows]).delete()
    found = {old: known[old] for old in sorted({row.power for row in rows})}
    for carry in _carriers:
        carry(found)
    forget_authority()
    renamed = tuple(f"{old} → {now.power}" for old, present in found.items() for now in present)
    record(Actor.system("policies.carry_over_renamed_powers"), PowersRenamed(renamed=renamed))
    return renamed
