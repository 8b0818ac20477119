"""Gives each new row its number. No request waits for it: it takes what the trigger noted, some seconds later.

One firm's log is written by one process at a time, by a lock on the firm's row of `Log` that nobody else takes.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from firmament.kernel.proof.leaves import leaf_of
from firmament.kernel.proof.models import Log, Pending
from firmament.kernel.proof.sources import Source, source_of_table, sources
from firmament.kernel.tenancy.transaction import current_firm_id, firm_transaction
from firmament.lib.merkle import SIZE, Frontier

BATCH = 2000
# Subtrees of 2**8, 2**16 … leaves are kept; what lies between is put together from at most 256 of the level below.
TILE = 8

WAITING = "SELECT DISTINCT firm_id FROM proof_pending WHERE missing_at IS NULL"
TAKE = """
SELECT p.id, p.source, p.object_id, EXISTS (
    SELECT 1 FROM proof_logentry l WHERE l.firm_id = p.firm_id AND l.id = p.object_id
) FROM proof_pending p WHERE p.firm_id = %s AND p.missing_at IS NULL ORDER BY p.id LIMIT %s
"""
APPEND = """
INSERT INTO proof_logentry (id, firm_id, created_at, updated_at, seq, source, leaf)
SELECT i.id, %s, now(), now(), %s + i.nth - 1, i.source, i.leaf
FROM unnest(%s::uuid[], %s::text[], %s::bytea[]) WITH ORDINALITY AS i(id, source, leaf, nth)
"""
KEEP_SUBTREES = """
INSERT INTO proof_subtree (id, firm_id, created_at, updated_at, level, index, hash)
SELECT gen_random_uuid(), %s, now(), now(), i.level, i.index, i.hash
FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[]) AS i(level, index, hash)
"""
# What was written before there was a log, in the order in which it was written.
CATCH_UP = """
INSERT INTO proof_pending (firm_id, source, object_id, noted_at)
SELECT s.firm_id, %s, s.id, now() FROM {table} s
WHERE s.firm_id = current_setting('app.firm_id')::uuid
  AND NOT EXISTS (SELECT 1 FROM proof_logentry l WHERE l.firm_id = s.firm_id AND l.id = s.id)
  AND NOT EXISTS (SELECT 1 FROM proof_pending p WHERE p.firm_id = s.firm_id AND p.object_id = s.id)
ORDER BY s.created_at, s.id
"""


def firms_waiting() -> list[UUID]:
    """Which firms have rows without a number. One look at a table that is nearly always empty."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return [row[0] for row in cursor.fetchall()]


def lock_log() -> Log | None:
    """The firm's log, locked until the transaction ends; made at first. None while another process has it."""
    firm_id = current_firm_id()
    row = Log.objects.select_for_update(skip_locked=True).first()
    if row is None and not Log.objects.exists():
        Log.objects.bulk_create([Log(firm_id=firm_id)], ignore_conflicts=True)
        row = Log.objects.select_for_update(skip_locked=True).first()
    assert row is None or isinstance(row, Log)
    return row


def sequence(firm_id: UUID, *, limit: int = BATCH) -> int:
    """Number what waits, at most `limit` rows, in a transaction of its own; how many rows of the queue it dealt with."""
    with firm_transaction(firm_id):
        log = lock_log()
        if log is None:
            return 0
        _catch_up(log)
        with connection.cursor() as cursor:
            cursor.execute(TAKE, [firm_id, limit])
            rows = cursor.fetchall()
        if rows:
            _number(log, rows)
        return len(rows)


def _catch_up(log: Log) -> None:
    """Note what a source held before it was numbered; once for each."""
    missing = {code: source for code, source in sources().items() if code not in log.caught_up}
    for source in missing.values():
        with connection.cursor() as cursor:
            cursor.execute(CATCH_UP.format(table=source.table), [source.table])
    if missing:
        log.caught_up = sorted({*log.caught_up, *missing})
        Log.objects.filter(pk=log.pk).update(caught_up=log.caught_up)


def _number(log: Log, rows: Sequence[tuple[Any, ...]]) -> None:
    leaves = _leaves(rows)
    # A row may have been noted twice; it has its number already.
    new = [(object_id, source) for _pk, source, object_id, numbered in rows if not numbered]
    known = [
        (object_id, *leaves[object_id]) for object_id, _source in dict(new).items() if object_id in leaves
    ]
    lost = {pk for pk, _source, object_id, numbered in rows if not numbered and object_id not in leaves}
    _append(log, known)
    done = [pk for pk, *_rest in rows if pk not in lost]
    Pending.objects.filter(pk__in=done).delete()
    Pending.objects.filter(pk__in=lost).update(missing_at=Now())


def _leaves(rows: Sequence[tuple[Any, ...]]) -> dict[UUID, tuple[str, bytes]]:
    """Each row's source and leaf hash, of those that are there."""
    by_table: dict[str, list[UUID]] = {}
    for _pk, table, object_id, numbered in rows:
        if not numbered:
            by_table.setdefault(table, []).append(object_id)
    found: dict[UUID, tuple[str, bytes]] = {}
    for table, ids in by_table.items():
        source = source_of_table(table)
        if source is not None:
            found |= _leaves_of(source, ids)
    return found


def _leaves_of(source: Source, ids: Sequence[UUID]) -> dict[UUID, tuple[str, bytes]]:
    return {
        object_id: (source.code, leaf_of(envelope)) for object_id, envelope in source.envelope(ids).items()
    }


def _append(log: Log, rows: Sequence[tuple[UUID, str, bytes]]) -> None:
    if not rows:
        return
    complete: list[tuple[int, int, bytes]] = []
    frontier = Frontier(log.size, _parted(bytes(log.frontier)), lambda *subtree: complete.append(subtree))
    for _id, _source, leaf in rows:
        frontier.append(leaf)
    ids, codes, hashes = (list(column) for column in zip(*rows, strict=True))
    kept = [subtree for subtree in complete if subtree[0] % TILE == 0]
    with connection.cursor() as cursor:
        cursor.execute(APPEND, [log.firm_id, log.size, ids, codes, hashes])
        if kept:
            levels, indexes, roots = (list(column) for column in zip(*kept, strict=True))
            cursor.execute(KEEP_SUBTREES, [log.firm_id, levels, indexes, roots])
    Log.objects.filter(pk=log.pk).update(size=frontier.size, frontier=b"".join(frontier.hashes))


def _parted(raw: bytes) -> list[bytes]:
    return [raw[at : at + SIZE] for at in range(0, len(raw), SIZE)]
