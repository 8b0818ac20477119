"""Writing the index: entries and the words of their chunks, in the transaction at hand."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, models

from firmament.kernel.policies.fields import Subject
from firmament.kernel.search.chunks import Piece, pieces
from firmament.kernel.search.languages import composed, configuration, unaccented
from firmament.kernel.search.models import Chunk, Entry
from firmament.kernel.search.sources import Page, Source, fact
from firmament.kernel.tenancy.ambient import current_firm_id
from firmament.kernel.tenancy.transaction import current_firm
from firmament.lib.ids import uuid7
from firmament.lib.instant import now

# Changes with the way text is cut and weighed, so that a reindex after an upgrade writes every chunk anew.
FORM = "1"
# How many objects are read and written at once.
BATCH = 200

_KEPT = (
    "address_id",
    "title",
    "subtitle",
    "client_id",
    "engagement_id",
    "owner_id",
    "team_id",
    "classification",
    "facts",
    "language",
    "digest",
    "changed_at",
    "updated_at",
)

# The title stands in it as it is, too: a name may be a word that its language leaves out ("After"), or be typed half.
INSERT = """
INSERT INTO search_chunk (id, firm_id, created_at, updated_at, entry_id, ordinal, heading, text, internal, model, tsv)
SELECT i.id, %s::uuid, %s::timestamptz, %s::timestamptz, i.entry_id, i.ordinal, i.heading, i.text, i.internal, '',
       setweight(to_tsvector(i.config::regconfig, i.title), 'A') || setweight(to_tsvector('simple', i.keys), 'A')
       || setweight(to_tsvector(i.config::regconfig, i.above), 'B')
       || setweight(to_tsvector(i.config::regconfig, i.words), 'D')
FROM unnest(%s::uuid[], %s::uuid[], %s::int[], %s::text[], %s::text[], %s::bool[],
            %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
     AS i(id, entry_id, ordinal, heading, text, internal, config, title, keys, above, words)
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """An object as it goes into the index."""

    entry: Entry
    page: Page
    parts: tuple[Piece, ...]


def index(source: Source, ids: Iterable[UUID]) -> int:
    """Bring the entries of these objects up to date; what is gone, or is not to be found, is taken out.

    Returns how many entries have new text. The objects are read after the lock, so that of two changes at the same
    moment the later one is what stands in the index.
    """
    wanted = sorted(set(ids))
    written = 0
    for start in range(0, len(wanted), BATCH):
        written += _index(source, wanted[start : start + BATCH])
    return written


def remove(source: Source, ids: Iterable[UUID]) -> int:
    """Take objects out of the index."""
    gone = Entry.objects.filter(kind=source.kind, object_id__in=list(ids))
    Chunk.objects.filter(entry__in=gone).delete()
    return gone.delete()[0]


def _index(source: Source, ids: Sequence[UUID]) -> int:
    _lock(source.kind, ids)
    rows = source.model_class._default_manager.filter(pk__in=ids).select_related(*source.related)
    readings = [reading for row in rows if (reading := _read(source, row)) is not None]
    found = {reading.entry.object_id for reading in readings}
    if gone := [pk for pk in ids if pk not in found]:
        remove(source, gone)
    return put(source.kind, readings)


def put(kind: str, readings: Sequence[Reading]) -> int:
    """Write entries, and chunks where the text has changed. Returns how many entries have new text."""
    objects = [reading.entry.object_id for reading in readings]
    there = Entry.objects.filter(kind=kind, object_id__in=objects)
    before = dict(there.values_list("object_id", "digest"))
    Entry.objects.bulk_create(
        [reading.entry for reading in readings],
        update_conflicts=True,
        unique_fields=["firm", "kind", "object_id"],
        update_fields=_KEPT,
        batch_size=BATCH,
    )
    changed = [r for r in readings if before.get(r.entry.object_id) != r.entry.digest]
    keys = dict(there.values_list("object_id", "id"))
    # An entry that was there keeps its id.
    if old := [keys[r.entry.object_id] for r in changed if r.entry.object_id in before]:
        Chunk.objects.filter(entry__in=old).delete()
    if changed:
        _write_chunks([(keys[reading.entry.object_id], reading) for reading in changed])
    return len(changed)


def _lock(kind: str, ids: Sequence[UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s || id::text, 0))"
            " FROM unnest(%s::uuid[]) AS id ORDER BY id",
            [kind, list(ids)],
        )


def _read(source: Source, row: models.Model) -> Reading | None:
    page = source.page(row)
    if page is None or not page.title.strip():
        return None
    return reading_of(source.kind, row.pk, page, **_facts_of(source, row))


def reading_of(kind: str, object_id: UUID, page: Page, **facts: Any) -> Reading:
    """A page as it goes into the index, with the facts its kind's rules ask about."""
    language = configuration(page.language or current_firm().locale)
    parts = tuple(pieces(page.body))
    text = [FORM, language, page.title, page.subtitle, *page.keys]
    text += [word for part in parts for word in (part.heading, part.text, str(part.internal))]
    return Reading(
        Entry(
            kind=kind,
            object_id=object_id,
            address_id=page.opens or object_id,
            title=composed(page.title)[:300],
            subtitle=composed(page.subtitle)[:300],
            language=language,
            digest=hashlib.sha256(json.dumps(text).encode("utf-8", "replace")).hexdigest(),
            **facts,
        ),
        page,
        parts,
    )


def _facts_of(source: Source, row: models.Model) -> dict[str, Any]:
    subject = Subject(row)
    held: dict[str, Any] = {column: subject.one(path) for column, path in source.paths.items()}
    held["classification"] = held.get("classification") or ""
    held["facts"] = sorted(
        fact(lookup, value) for lookup, path in source.fact_lookups.items() for value in subject.values(path)
    )
    held["changed_at"] = getattr(row, "updated_at", now())
    return held


def _write_chunks(readings: Sequence[tuple[UUID, Reading]]) -> None:
    rows = [
        (
            uuid7(),
            entry_id,
            ordinal,
            composed(part.heading)[:300],
            composed(part.text),
            part.internal,
            reading.entry.language,
            unaccented(reading.entry.title),
            unaccented(composed(" ".join((reading.page.title, *reading.page.keys, reading.page.subtitle)))),
            unaccented(composed(part.heading)),
            unaccented(composed(part.text)),
        )
        for entry_id, reading in readings
        for ordinal, part in enumerate(reading.parts)
    ]
    at = now()
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT, [current_firm_id(), at, at, *([*column] for column in zip(*rows, strict=True))]
        )


def stale_objects(source: Source, ids: Sequence[UUID]) -> list[UUID]:
    """Those of the ids whose object is no longer there."""
    there = set(source.model_class._default_manager.filter(pk__in=ids).values_list("pk", flat=True))
    return [pk for pk in ids if pk not in there]
