"""Reading every object of a firm anew, batch by batch."""

from collections.abc import Iterator
from uuid import UUID

from firmament.kernel.search.indexing import BATCH, remove, stale_objects
from firmament.kernel.search.models import Entry
from firmament.kernel.search.sources import Source


def batches(source: Source) -> Iterator[list[UUID]]:
    """The ids of all objects of a kind, in hands; each hand is asked for when it is needed."""
    after: UUID | None = None
    while True:
        rows = source.model_class._default_manager.order_by("pk")
        if after is not None:
            rows = rows.filter(pk__gt=after)
        hand: list[UUID] = list(rows.values_list("pk", flat=True)[:BATCH])
        if not hand:
            return
        yield hand
        after = hand[-1]


def count(source: Source) -> int:
    """How many objects a kind has."""
    return source.model_class._default_manager.count()


def forget_gone(source: Source) -> int:
    """Take out entries whose object is no longer there: what was deleted together with something else."""
    gone = 0
    after: UUID | None = None
    while True:
        entries = Entry.objects.filter(kind=source.kind).order_by("object_id")
        if after is not None:
            entries = entries.filter(object_id__gt=after)
        hand: list[UUID] = list(entries.values_list("object_id", flat=True)[:BATCH])
        if not hand:
            return gone
        gone += remove(source, stale_objects(source, hand))
        after = hand[-1]
