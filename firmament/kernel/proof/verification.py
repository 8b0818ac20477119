"""Looking whether everything is still as it was: rows, log, tree, checkpoints, signatures, personal values.

The tables are not believed. What the rows say is computed anew and compared with the log, the log with the leaves and
the checkpoint that are kept outside (`keeping`), all of it with the signed checkpoints. Faults name the first entry.
"""

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from firmament.kernel.ledger.payload import COMMITMENT, commitment
from firmament.kernel.proof.claims import Claims
from firmament.kernel.proof.exchanges import exchanged_pairs
from firmament.kernel.proof.faults import Fault, What
from firmament.kernel.proof.keeping import Keep
from firmament.kernel.proof.leaves import leaf_of
from firmament.kernel.proof.models import Log, LogEntry, Subtree
from firmament.kernel.proof.sequencer import TILE
from firmament.kernel.proof.sources import Envelope, Source, sources
from firmament.lib.merkle import Frontier

STEP = 2000
# So many faults are told one by one; the rest is a number.
TOLD = 100

Report = Callable[[int, int], object]

HEAD = """
SELECT coalesce((SELECT size FROM proof_log), 0),
       coalesce((SELECT max(seq) + 1 FROM proof_logentry WHERE firm_id = current_setting('app.firm_id')::uuid), 0)
"""
# One statement sees one moment: a row that is there has a number, or waits for one.
STRAY = """
SELECT s.id FROM {table} s WHERE s.firm_id = current_setting('app.firm_id')::uuid
  AND NOT EXISTS (SELECT 1 FROM proof_logentry l WHERE l.firm_id = s.firm_id AND l.id = s.id)
  AND NOT EXISTS (SELECT 1 FROM proof_pending p WHERE p.firm_id = s.firm_id AND p.object_id = s.id)
ORDER BY s.id LIMIT {limit}
"""
LATE = """
SELECT count(*) FROM proof_pending WHERE firm_id = current_setting('app.firm_id')::uuid
AND missing_at IS NULL AND noted_at < now() - interval '10 minutes'
"""
LOST = """
SELECT object_id FROM proof_pending WHERE firm_id = current_setting('app.firm_id')::uuid AND missing_at IS NOT NULL
ORDER BY id LIMIT 100
"""


class Found:
    """What one verification has found so far."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.kinds: Counter[What] = Counter()
        self.size = 0
        self.values = 0
        self.checkpoints = 0

    def add(self, what: What, **where: Any) -> None:
        """Note a fault; beyond the first hundred of a kind they are only counted."""
        self.kinds[what] += 1
        if self.kinds[what] <= TOLD:
            self.faults.append(Fault(what=what, **where))

    @property
    def count(self) -> int:
        """How many there are, told or not."""
        return self.kinds.total()

    def told(self) -> list[Fault]:
        """The faults, the one at the smallest number first."""
        return sorted(self.faults, key=lambda f: (f.seq is None, f.seq or 0, f.what.value))


def examine(firm_id: UUID, report: Report = lambda done, total: None) -> Found:
    """Verify the firm of the running transaction; `report(done, total)` is told how far it is."""
    collecting = gc.isenabled()
    # Millions of small dicts and no circle among them: looking for circles would take a fifth of the time.
    gc.disable()
    try:
        return _Examination(firm_id, report).run()
    finally:
        if collecting:
            gc.enable()


class _Examination:
    def __init__(self, firm_id: UUID, report: Report) -> None:
        self.keep = Keep(firm_id)
        self.report = report
        self.found = Found()
        self.subtrees: dict[tuple[int, int], bytes] = {}
        self.tree = Frontier(complete=self._complete)
        # Entries that are not what the log or the files say: number → (id, source, envelope, leaf in the log).
        self.changed: dict[int, tuple[UUID, Source | None, Envelope, bytes]] = {}
        self.moved: dict[int, tuple[UUID, bytes, bytes]] = {}
        # Roots cannot be compared any more once a leaf is not known.
        self.whole = True

    def run(self) -> Found:
        # What was signed is read before the log, which has grown since, if at all.
        claims = Claims(self.keep, self.found.add)
        self.found.checkpoints = claims.count
        with connection.cursor() as cursor:
            cursor.execute(HEAD)
            size, end = cursor.fetchone()
        self.found.size = size
        for first, rows in self._steps(max(size, end)):
            self._step(first, rows, claims)
            self.report(min(first + STEP, end), end)
        self._tell_exchanges()
        self._end(claims, size=size, end=end)
        self._strays()
        return self.found

    def _steps(self, end: int) -> Iterator[tuple[int, dict[int, tuple[UUID, str, bytes]]]]:
        for first in range(0, end, STEP):
            rows = LogEntry.objects.filter(seq__gte=first, seq__lt=min(first + STEP, end))
            found = rows.values_list("seq", "id", "source", "leaf")
            yield first, {seq: (pk, source, bytes(leaf)) for seq, pk, source, leaf in found}

    def _step(self, first: int, rows: dict[int, tuple[UUID, str, bytes]], claims: Claims) -> None:
        envelopes = self._envelopes(rows)
        kept = self.keep.leaves(first, STEP)
        last = max(rows, default=first - 1) + 1
        for seq in range(first, max(last, min(first + STEP, claims.size))):
            outside = kept[seq - first] if seq - first < len(kept) and seq < claims.kept_size else None
            row = rows.get(seq)
            leaf = self._compare(seq, row, envelopes, outside)
            if leaf is None or not self.whole:
                self.whole = False
                continue
            self.tree.append(leaf)
            if self.tree.size in claims.roots:
                claims.compare(self.tree.size, self.tree.root())

    def _compare(
        self,
        seq: int,
        row: tuple[UUID, str, bytes] | None,
        envelopes: dict[UUID, Envelope],
        outside: bytes | None,
    ) -> bytes | None:
        """Judge one number; the leaf that was signed there, as far as it is known."""
        if row is None:
            if seq < self.found.size:
                self.found.add(What.UNNUMBERED, seq=seq)
            return outside
        pk, code, leaf = row
        envelope = envelopes.get(pk)
        if envelope is None:
            self.found.add(What.DELETED, seq=seq, object_id=str(pk))
        else:
            said = leaf_of(envelope)
            if said != leaf:
                self.changed[seq] = (pk, sources().get(code), envelope, outside or leaf)
                if said == outside:
                    del self.changed[seq]
                    self.found.add(What.HASH, seq=seq, object_id=str(pk))
            elif outside is not None and leaf != outside:
                self.moved[seq] = (pk, leaf, outside)
        return outside or leaf

    def _envelopes(self, rows: dict[int, tuple[UUID, str, bytes]]) -> dict[UUID, Envelope]:
        numbers = {pk: seq for seq, (pk, _source, _leaf) in rows.items()}
        by_source: dict[str, list[UUID]] = {}
        for pk, code, _leaf in rows.values():
            by_source.setdefault(code, []).append(pk)
        found: dict[UUID, Envelope] = {}
        for code, ids in by_source.items():
            source = sources().get(code)
            if source is None:
                continue
            envelopes = source.envelope(ids)
            found |= envelopes
            self._check_values(source, ids, envelopes, numbers)
        return found

    def _check_values(
        self, source: Source, ids: Sequence[UUID], envelopes: Any, numbers: dict[UUID, int]
    ) -> None:
        """Those that are still there are the ones that were recorded. One that is not was erased, and that is no fault."""
        for value in source.personal(ids) if source.personal else ():
            self.found.values += 1
            envelope = envelopes.get(value.object_id)
            promised = envelope["payload"].get(value.field) if envelope else None
            if promised != {COMMITMENT: commitment(value.salt, value.value)}:
                self.found.add(
                    What.VALUE,
                    seq=numbers[value.object_id],
                    object_id=str(value.object_id),
                    note=value.field,
                )

    def _tell_exchanges(self) -> None:
        """Edited, or two of them exchanged? The second looks like the first, twice."""
        pairs = exchanged_pairs(self.changed)
        signed_at = {outside: seq for seq, (_pk, _leaf, outside) in self.moved.items()}
        for seq, (pk, leaf, _outside) in self.moved.items():
            other = signed_at.get(leaf)
            if other is not None:
                pairs[seq] = other
            else:
                # The row and its hash were changed together.
                self.found.add(What.EDITED, seq=seq, object_id=str(pk))
        places = {seq: known[0] for seq, known in self.changed.items()}
        for seq, pk in {**places, **{seq: known[0] for seq, known in self.moved.items()}}.items():
            if seq in pairs:
                self.found.add(What.SWAPPED, seq=seq, object_id=str(pk), note=str(pairs[seq]))
            elif seq in self.changed:
                self.found.add(What.EDITED, seq=seq, object_id=str(pk))

    def _complete(self, level: int, index: int, root: bytes) -> None:
        if level % TILE == 0:
            self.subtrees[level, index] = root

    def _end(self, claims: Claims, *, size: int, end: int) -> None:
        """What the whole of the log has to be, once all of it was seen."""
        if claims.size > size:
            self.found.add(What.TRUNCATED, seq=size, until=claims.size)
        if end > size:
            self.found.add(What.TREE, seq=size)
        if not self.whole or claims.size > size or end > size:
            return
        row = Log.objects.first()
        if row is not None and b"".join(self.tree.hashes) != bytes(row.frontier):
            self.found.add(What.TREE, seq=max(size - 1, 0))
        stored = {
            (level, index): bytes(found)
            for level, index, found in Subtree.objects.values_list("level", "index", "hash").iterator()
        }
        # Those that the log has got since are not ours to judge.
        for level, index in {*stored, *self.subtrees}:
            if (index + 1) << level <= size and stored.get((level, index)) != self.subtrees.get(
                (level, index)
            ):
                self.found.add(What.TREE, seq=index << level)

    def _strays(self) -> None:
        with connection.cursor() as cursor:
            for source in sources().values():
                cursor.execute(STRAY.format(table=source.table, limit=TOLD))
                for (pk,) in cursor.fetchall():
                    self.found.add(What.INSERTED, object_id=str(pk))
            cursor.execute(LOST)
            for (pk,) in cursor.fetchall():
                self.found.add(What.DELETED, object_id=str(pk))
            cursor.execute(LATE)
            (late,) = cursor.fetchone()
            if late:
                self.found.add(What.WAITING, note=str(late))
