"""What a change of who may do what would do: it is done, looked at, and taken back.

So nothing can be foreseen that would not happen: the change is the action itself, in a savepoint, and what people
reach before and after is asked of the rules that decide. What is looked at is bounded in time; what was not finished
says so.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet

from firmament.kernel.policies.authority import Authority, authority_of, everybody, forget_authority
from firmament.kernel.policies.compile import both, contrary, either
from firmament.kernel.policies.decide import EVERYTHING, reached
from firmament.kernel.policies.powers import Declaration, declaration, title_of
from firmament.kernel.policies.scopes import SCOPE_TITLES
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.models import FirmModel

SECONDS = 2.0
# More is told as "at least so many": nobody weighs ten thousand against eleven.
COUNTED = 10_000
SAMPLE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What people gain, or lose, of one kind of thing. `at_least`: there may be more of them, or more people."""

    lost: bool
    kind: str
    what: str
    count: int
    people: tuple[str, ...]
    sample: tuple[str, ...]
    at_least: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Powers:
    """What some people may do from then on, and no longer; titles."""

    people: tuple[str, ...]
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Everything a change does. `cut`: time ran out, and there may be more than stands here."""

    moved: tuple[Moved, ...]
    powers: tuple[Powers, ...]
    people: tuple[str, ...]
    cut: bool = False

    @property
    def nothing(self) -> bool:
        """Nobody may do, or see, anything else than before."""
        return not (self.moved or self.powers or self.cut)


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's authority before and after; None where they cannot come in at all."""

    actor: Actor
    before: Authority
    after: Authority


def foresee(reader: Actor, act: Callable[[], object], *, seconds: float = SECONDS) -> Effect:
    """What `act` would do to everybody; it is done and taken back, the ledger and the queue included.

    It needs a transaction that may write. Whatever the action refuses with is raised. Things are counted, and named, as far
    as the reader may see them: a count must not tell of what a wall hides.
    """
    before, eyes = everybody(), authority_of(reader)
    with transaction.atomic():
        try:
            act()
            forget_authority()
            shifts = _shifts(before, everybody())
            clock = Clock(seconds)
            moved = tuple(
                one for model, power in kinds() for one in _moved(eyes, shifts, model, power, clock)
            )
        finally:
            transaction.set_rollback(True)
            forget_authority()
    return Effect(
        moved=tuple(sorted(moved, key=lambda one: (not one.lost, -one.count))),
        powers=tuple(_powers(shifts)),
        people=tuple(shift.actor.name for shift in shifts),
        cut=clock.ran_out,
    )


def kinds() -> list[tuple[type[FirmModel], Declaration]]:
    """The kinds of things that rooms keep, each with the power to see it; what hangs on another is seen with that."""
    found = []
    for model in apps.get_models():
        power = getattr(model, "view_power", "")
        if not power or not issubclass(model, FirmModel):
            continue
        declared = declaration(power)
        label = model._meta.label_lower
        of_a_room = apps.get_app_config(model._meta.app_label).name.startswith("firmament.modules.")
        if of_a_room and next(iter(declared.through), "") == label:
            found.append((model, declared))
    return found


def standing(model: type[FirmModel]) -> "QuerySet[Any]":
    """The rows of a kind without what lies in an archive or a bin, where the room says which those are."""
    rows: Any = model._default_manager.all()
    return rows.standing() if hasattr(rows, "standing") else rows


def _shifts(before: dict[Actor, Authority], after: dict[Actor, Authority]) -> list[Shift]:
    """Whoever holds something else than before, by name."""
    found = []
    for actor in before.keys() | after.keys():
        nothing = Authority(actor=actor, live=False)
        shift = Shift(actor, before.get(actor, nothing), after.get(actor, nothing))
        if shift.before.reach != shift.after.reach or shift.before.live != shift.after.live:
            found.append(shift)
    return sorted(found, key=lambda shift: (shift.actor.name, str(shift.actor.user_id)))


class Clock:
    """How much time is left to look. A question that would take longer is given up, and the answer says so.

    The last one may run over, by half the time at most: the limit is told anew once half of it has gone by.
    """

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds
        self.limit = math.inf
        self.ran_out = False

    def ask(self, question: Callable[[], Any]) -> Any:
        """The answer; None when time ran out before it came, and nothing is asked from then on.

        A question that was given up takes its transaction with it, which is the savepoint of the change.
        """
        left = 0.0 if self.ran_out else self.end - time.monotonic()
        if left <= 0:
            self.ran_out = True
            return None
        try:
            if left < self.limit / 2:
                self.limit = left
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT set_config('statement_timeout', %s, true)", [f"{int(left * 1000) + 1}ms"]
                    )
            return question()
        except OperationalError:
            self.ran_out = True
            return None


def _moved(
    eyes: Authority, shifts: list[Shift], model: type[FirmModel], declared: Declaration, clock: Clock
) -> Iterator[Moved]:
    """What the people lose of one kind, and what they gain."""
    lost: dict[Q, list[str]] = {}
    gained: dict[Q, list[str]] = {}
    for shift in shifts:
        here, there = (reached(held, declared, model) for held in (shift.before, shift.after))
        if here == there:
            continue
        for ways, had, has in ((lost, here, there), (gained, there, here)):
            way = both([had, contrary(has)])
            if way is not False:
                ways.setdefault(way if isinstance(way, Q) else EVERYTHING, []).append(shift.actor.name)
    seen = rows_within(standing(model), reached(eyes, declared, model))
    for ways in (lost, gained):
        found = _counted(seen, model, ways, clock, lost=ways is lost) if ways else None
        if found is not None:
            yield found


def rows_within(rows: "QuerySet[Any]", which: Q | bool) -> "QuerySet[Any]":
    """Those of the rows that an authority reaches."""
    if isinstance(which, Q):
        return rows.filter(which)
    return rows if which else rows.none()


def _counted(
    seen: "QuerySet[Any]", model: type[FirmModel], ways: dict[Q, list[str]], clock: Clock, *, lost: bool
) -> Moved | None:
    """The people and the things of one kind; `ways` are the rows each of them loses, or gains."""
    before = clock.ran_out
    rows = rows_within(seen, either([*ways]))
    # In no order, so that the first few come at once however many there are: mostly there are none.
    some = clock.ask(lambda: list(rows.order_by()[: SAMPLE + 1]))
    if not some:
        return None
    people: list[str] = []
    for way, names in ways.items():
        if len(ways) == 1 or clock.ask(lambda way=way: seen.filter(way).exists()):  # type: ignore[misc]  # asked at once
            people += names
    if not people:
        return None
    count, shown = len(some), sorted(some, key=lambda row: (-row.created_at.timestamp(), row.pk))
    if count > SAMPLE:
        count = clock.ask(lambda: rows.order_by()[: COUNTED + 1].count()) or count
        shown = clock.ask(lambda: list(rows.order_by("-created_at", "pk")[:SAMPLE])) or []
    sample = clock.ask(lambda: [str(row) for row in shown]) or ()
    cut = clock.ran_out and not before
    kept = min(count, COUNTED)
    meta = model._meta
    return Moved(
        lost=lost,
        kind=meta.label_lower,
        what=str(meta.verbose_name if kept == 1 and not cut else meta.verbose_name_plural),
        count=kept,
        people=tuple(sorted(people)),
        sample=tuple(sample),
        at_least=cut or count > COUNTED,
    )


def _powers(shifts: list[Shift]) -> Iterator[Powers]:
    """Who may do more or less, those to whom the same happens together."""
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for shift in shifts:
        mine, then = _held(shift.before), _held(shift.after)
        gained, lost = tuple(sorted(then - mine)), tuple(sorted(mine - then))
        if gained or lost:
            alike.setdefault((gained, lost), []).append(shift.actor.name)
    for (gained, lost), people in alike.items():
        yield Powers(people=tuple(people), gained=gained, lost=lost)


def _held(authority: Authority) -> frozenset[str]:
    """What somebody may do, in words: powers of roles, or what they were granted for any client."""
    if authority.actor.domain == Domain.CLIENT:
        scopes = {scope for held in authority.grants.values() for scope in held}
        return frozenset(str(SCOPE_TITLES[scope]) for scope in scopes if scope in SCOPE_TITLES)
    lent = {power for loan in authority.loans for power in loan.authority.powers}
    return frozenset(title_of(power) for power in authority.powers.keys() | lent)
