"""Pairs of powers that are kept apart, as the rules see them: whom a pair concerns, and what was used on what.

A pair that nobody may hold both of refuses both to whoever does. One that nobody may use both of on the same thing refuses
the second on it, by rows that are written where the first is used, in its own transaction.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, models

from firmament.kernel.policies.fields import Subject
from firmament.kernel.policies.models_duties import DutyPair, DutyUse
from firmament.kernel.policies.powers import Declaration, renamed_powers
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.ambient import ambient, current_firm_id, transaction_cache
from firmament.lib.ids import uuid7
from firmament.lib.instant import now

USE, HOLD = DutyPair.Kind.USE, DutyPair.Kind.HOLD


@dataclass(frozen=True, slots=True)
class Duty:
    """A pair as it stands for one person. With an exception it refuses nothing, and what is used is noted still."""

    id: UUID
    kind: str
    powers: tuple[str, str]
    subject: str
    exception_id: UUID | None = None

    def other(self, power: str) -> str:
        first, second = self.powers
        return second if power == first else first


def duties_of(entries: Iterable[str]) -> tuple[Duty, ...]:
    """The pairs of an authority's row: `id|kind|power|power|subject|exception`."""
    found = []
    for entry in sorted(entries):
        pk, kind, first, second, subject, exception = entry.split("|")
        found.append(Duty(UUID(pk), kind, (first, second), subject, UUID(exception) if exception else None))
    return tuple(found)


def kind_of_things(first: Declaration, second: Declaration) -> str:
    """The label of what both powers are used on; "" where they have nothing in common.

    A power of no model, such as the one to write something new, goes with the other's: what it made stands in the trail.
    """
    roots = {next(iter(declared.through)) for declared in (first, second) if declared.through}
    return roots.pop() if len(roots) == 1 else ""


def way_to(duty: Duty, declared: Declaration, model: type[models.Model]) -> str:
    """The path from a model to the id of the thing that the pair is about; "" where there is none."""
    label = model._meta.label_lower
    if label == duty.subject:
        return "pk"
    prefix = declared.prefix(label)
    return f"{prefix}pk" if prefix and declared.through.get(duty.subject) == "" else ""


def used(member_id: UUID, duty: Duty, power: str) -> set[UUID]:
    """On what the person has used this power of the pair; one query a transaction for both of them."""
    cache = transaction_cache().setdefault(DutyUse, {})
    key = duty.id, member_id
    if key not in cache:
        found: dict[str, set[UUID]] = {power: set() for power in duty.powers}
        rows = DutyUse.objects.filter(pair_id=duty.id, membership_id=member_id)
        for name, object_id in rows.values_list("power", "object_id"):
            for present in _present_names(name):
                found.setdefault(present, set()).add(object_id)
        cache[key] = found
    mine: set[UUID] = cache[key][power]
    return mine


@contextmanager
def many_asked(
    members: Iterable[UUID], duties: Iterable[Duty], declared: Declaration, subject: Subject
) -> Iterator[None]:
    """Inside, these members are asked about this one thing: what they used on it is read once for all of them."""
    mine: dict[tuple[UUID, UUID], dict[str, set[UUID]]] = {}
    for duty in duties:
        path = way_to(duty, declared, subject.model) if declared.power in duty.powers else ""
        if duty.kind != USE or not path:
            continue
        mine |= {(duty.id, member): {power: set() for power in duty.powers} for member in members}
        rows = DutyUse.objects.filter(pair_id=duty.id, object_id__in=subject.values(path))
        for member_id, name, object_id in rows.values_list("membership_id", "power", "object_id"):
            for present in _present_names(name):
                mine.get((duty.id, member_id), {}).setdefault(present, set()).add(object_id)
    before = transaction_cache().get(DutyUse, {})
    transaction_cache()[DutyUse] = mine
    try:
        yield
    finally:
        transaction_cache()[DutyUse] = before


def _present_names(power: str) -> tuple[str, ...]:
    """What a power is called in this release: uses are never rewritten."""
    return (power, *(declared.power for declared in renamed_powers().get(power, ())))


def note_use(
    member_id: UUID, duties: Iterable[Duty], declared: Declaration, subject: Subject | None
) -> Duty | None:
    """Write down that the power is used, in the transaction that uses it; gives back the pair that refuses it.

    What is made new has no row yet when it is asked for: then the thing is what the trail names, see `used_by_entry`.
    """
    here = ambient.get()
    if here is None or here.read_only:
        # Nothing can happen in it; a form that is drawn asks for the power too.
        return None
    for duty in duties:
        if duty.kind != USE or declared.power not in duty.powers:
            continue
        path = way_to(duty, declared, subject.model) if subject is not None else ""
        if subject is None or not path or (path == "pk" and subject.obj._state.adding):
            waiting = transaction_cache().setdefault(note_use, {}).setdefault(member_id, {})
            waiting[duty, declared.power] = None
        elif not claim(member_id, duty, declared.power, subject.values(path)):
            return duty
    return None


def used_by_entry(actor: Actor, things: Collection[tuple[str, UUID]]) -> tuple[str, Duty] | None:
    """Note uses of what had no row yet: every thing of the pair's kind that an entry of the same transaction names.

    Gives back the power and the pair that refuses it.
    """
    waiting = transaction_cache().get(note_use, {}).get(actor.membership_id, {})
    for duty, power in waiting:
        ids = {pk for kind, pk in things if kind == duty.subject}
        assert actor.membership_id is not None
        if ids and not claim(actor.membership_id, duty, power, ids):
            return power, duty
    return None


def claim(member_id: UUID, duty: Duty, power: str, ids: Collection[UUID]) -> bool:
    """Whether the power is this person's to use on these; it is noted. Of two at the same moment one is refused."""
    mine = used(member_id, duty, power)
    fresh = sorted({pk for pk in ids if pk is not None} - mine)
    if not fresh:
        return True
    if duty.exception_id is None and not used(member_id, duty, duty.other(power)).isdisjoint(fresh):
        return False
    at, firm = now(), current_firm_id()
    rows = [(uuid7(), firm, at, at, duty.id, member_id, pk, power, duty.exception_id) for pk in fresh]
    with connection.cursor() as cursor:
        # Where the other power was used meanwhile, by the same person, the exclusion constraint lets nothing in.
        cursor.executemany(
            "INSERT INTO policies_dutyuse (id, firm_id, created_at, updated_at, pair_id, membership_id, object_id,"
            " power, exception_id) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            rows,
        )
        if cursor.rowcount == len(rows):
            mine.update(fresh)
            return True
    transaction_cache().pop(DutyUse, None)
    return used(member_id, duty, power).issuperset(fresh)
