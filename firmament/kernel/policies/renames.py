"""Powers that were renamed: what a firm gave by the old name is carried over to the new one."""

from collections.abc import Callable, Mapping
from itertools import product

from django.db.models import Q

from firmament.kernel.ledger.record import record
from firmament.kernel.policies.authority import forget_authority
from firmament.kernel.policies.events import PowersRenamed
from firmament.kernel.policies.models import RolePower
from firmament.kernel.policies.models_duties import DutyPair
from firmament.kernel.policies.powers import Declaration, renamed_powers
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.ids import uuid7

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
    _carry_pairs(known)
    for carry in _carriers:
        carry(found)
    forget_authority()
    renamed = tuple(f"{old} → {now.power}" for old, present in found.items() for now in present)
    record(Actor.system("policies.carry_over_renamed_powers"), PowersRenamed(renamed=renamed))
    return renamed


def _carry_pairs(known: Renamed) -> None:
    """Pairs of powers that are kept apart go by the new names; where one was parted, each part is kept apart."""
    pairs = DutyPair.objects.standing().filter(Q(power_a__in=known) | Q(power_b__in=known))
    for pair in list(pairs):
        names = [[d.power for d in known[power]] if power in known else [power] for power in pair.powers]
        both = dict.fromkeys(tuple(sorted(two)) for two in product(*names) if two[0] != two[1])
        if not both:
            continue  # the two have become one, which nobody can keep apart
        (first, *others) = both
        DutyPair.objects.filter(pk=pair.pk).update(power_a=first[0], power_b=first[1])
        for power_a, power_b in others:
            pair.pk, pair.power_a, pair.power_b = uuid7(), power_a, power_b
            pair.save(force_insert=True)
