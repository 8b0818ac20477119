"""A change of who may do what, tried on one person: what they may do and see before it, and after.

The change is made and taken back, and both sides are asked of the rules that decide, as in `effects`; there it is told of
everybody and by what moves, here of one person and by how much there is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from firmament.kernel.policies.authority import Authority, authority_of, forget_authority
from firmament.kernel.policies.compile import both, contrary
from firmament.kernel.policies.decide import reached
from firmament.kernel.policies.effects import COUNTED, SAMPLE, SECONDS, Clock, kinds, rows_within, standing
from firmament.kernel.policies.powers import Declaration
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import FirmModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A thing that comes into sight, or goes out of it."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """How many of one kind the person sees before and after; None where time ran out. More than COUNTED is not counted."""

    kind: str
    what: str
    power: str
    before: int | None
    after: int | None
    gained: tuple[Example, ...] = ()
    lost: tuple[Example, ...] = ()

    @property
    def same(self) -> bool:
        return self.before == self.after and not (self.gained or self.lost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a change does to one person. `cut`: time ran out, and there may be more than stands here."""

    gained: tuple[str, ...]
    lost: tuple[str, ...]
    sights: tuple[Sight, ...]
    cut: bool

    @property
    def nothing(self) -> bool:
        return not (self.gained or self.lost or self.cut) and all(sight.same for sight in self.sights)


def try_on(reader: Actor, person: Actor, act: Callable[[], object], *, seconds: float = SECONDS) -> Trial:
    """Make the change, look at what it does to the person, and take it back, the ledger and the queue included.

    It needs a transaction that may write. Whatever the action refuses with is raised. Things are counted and named as far as
    the reader may see them: a count must not tell of what a wall hides.
    """
    eyes, before = authority_of(reader), authority_of(person)
    with transaction.atomic():
        try:
            act()
            forget_authority()
            after, clock = authority_of(person), Clock(seconds)
            sights = [_sight(eyes, before, after, model, power, clock) for model, power in kinds()]
        finally:
            transaction.set_rollback(True)
            forget_authority()
    mine, then = _powers(before), _powers(after)
    return Trial(
        gained=tuple(sorted(then - mine)),
        lost=tuple(sorted(mine - then)),
        sights=tuple(sight for sight in sights if sight.before != 0 or sight.after != 0),
        cut=clock.ran_out,
    )


def _powers(authority: Authority) -> set[str]:
    return {*authority.powers, *(power for loan in authority.loans for power in loan.authority.powers)}


def _sight(
    eyes: Authority,
    before: Authority,
    after: Authority,
    model: type[FirmModel],
    declared: Declaration,
    clock: Clock,
) -> Sight:
    here, there = reached(before, declared, model), reached(after, declared, model)
    seen = rows_within(standing(model), reached(eyes, declared, model))
    counted = _count(seen, here, clock)
    return Sight(
        kind=model._meta.label_lower,
        what=str(model._meta.verbose_name_plural),
        power=declared.power,
        before=counted,
        after=counted if here == there else _count(seen, there, clock),
        gained=() if here == there else _examples(seen, both([there, contrary(here)]), clock),
        lost=() if here == there else _examples(seen, both([here, contrary(there)]), clock),
    )


def _count(seen: "QuerySet[Any]", which: Q | bool, clock: Clock) -> int | None:
    found: int | None = clock.ask(lambda: rows_within(seen, which).order_by()[: COUNTED + 1].count())
    return found


def _examples(seen: "QuerySet[Any]", which: Q | bool, clock: Clock) -> tuple[Example, ...]:
    rows = rows_within(seen, which).order_by("-created_at", "pk")[:SAMPLE]
    return tuple(clock.ask(lambda: [Example(id=row.pk, name=str(row)) for row in rows]) or ())
