"""What is personal in the trail, as far as the reader may see its entries and the changes of rows beneath them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from firmament.kernel.ledger.erasure import row_values_with, values_with
from firmament.kernel.ledger.kinds import every_label
from firmament.kernel.ledger.models import Entry, EntryTarget, PersonalValue, RowChange, RowValue
from firmament.kernel.tenancy.actor import Actor
from firmament.modules.audit.reports import rows
from firmament.modules.audit.reports.trail import NEEDED, entries_for, sentence, who

SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What may be erased: values of entries, and what regulated rows held."""

    values: "QuerySet[PersonalValue]"
    rows: "QuerySet[RowValue]"

    def exists(self) -> bool:
        return self.values.exists() or self.rows.exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An entry that would lose something, in a line."""

    id: UUID
    at: datetime
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What an erasure would touch: how many values of how many entries and changes of rows, and the newest of these."""

    values: int
    entries: int
    newest: tuple[Told, ...]
    changes: int
    changed: tuple[rows.RowTold, ...]

    @property
    def further_changes(self) -> int:
        return self.changes - len(self.changed)

    @property
    def further(self) -> int:
        return self.entries - len(self.newest)


def _readable(actor: Actor, entries: Sequence[UUID]) -> list[UUID]:
    """Those of the entries that the actor may read. As a list: looked up within the look-up of their values, and that
    within what deletes them, each would be gone through once for every row of the others.
    """
    return list(entries_for(actor).filter(pk__in=entries).values_list("pk", flat=True))


def values_of(actor: Actor, entry: Entry) -> Kept:
    """The personal values of one entry, and of the rows that it names."""
    values = PersonalValue.objects.filter(entry__in=_readable(actor, [entry.pk]))
    return Kept(values=values, rows=rows.values_beside(actor, entry))


def values_about(actor: Actor, object_id: UUID) -> Kept | None:
    """Those of every entry that names this thing, and of its rows; None where no entry does that the reader may see.

    An id belongs to one thing in all tables, so its kind need not be known; all of them are named, for the index
    begins with the kind.
    """
    naming = EntryTarget.objects.filter(kind__in=every_label(), object_id=object_id)
    readable = _readable(actor, list(naming.values_list("entry_id", flat=True)))
    if not readable:
        return None
    values = PersonalValue.objects.filter(entry__in=readable)
    return Kept(values=values, rows=rows.values_about(actor, object_id))


def values_holding(actor: Actor, text: str) -> Kept:
    """Those in which the text occurs."""
    values = values_with(text).filter(entry__in=entries_for(actor).values("pk"))
    return Kept(values=values, rows=rows.seen(actor, row_values_with(text)))


def loss(actor: Actor, kept: Kept) -> Loss:
    """The same number of queries, however much there is: what is counted is joined once, never looked up within a look-up."""
    counted = kept.values.aggregate(values=Count("pk"), entries=Count("entry_id", distinct=True))
    order = kept.values.order_by("-entry__occurred_at", "-entry_id")
    named = [pk for pk, _at in order.values_list("entry_id", "entry__occurred_at").distinct()[:SHOWN]]
    touched = entries_for(actor).filter(pk__in=named).order_by("-occurred_at", "-pk")
    changes = kept.rows.count()
    changed = RowChange.objects.filter(pk__in=kept.rows.values("change_id")).order_by("-occurred_at", "-pk")
    return Loss(
        values=counted["values"] + changes,
        entries=counted["entries"],
        newest=tuple(map(_told, touched)),
        changes=changes,
        changed=tuple(rows.tell(actor, list(changed[:SHOWN]))) if changes else (),
    )


def _told(entry: Entry) -> Told:
    row: Mapping[str, Any] = {name: getattr(entry, name) for name in NEEDED}
    return Told(id=entry.pk, at=entry.occurred_at, words=f"{who(row)} {sentence(row)}")
