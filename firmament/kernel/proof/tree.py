"""Proofs out of what is stored: a handful of reads, whether the log has a thousand entries or a million."""

from typing import Any

from django.db.models import QuerySet

from firmament.kernel.proof.models import LogEntry, Subtree
from firmament.kernel.proof.sequencer import TILE
from firmament.lib.merkle import consistency_spans, inclusion_spans, node_hash, span_root


class Tree:
    """The firm's tree as the database holds it, for one transaction."""

    def __init__(self) -> None:
        self._tiles: dict[tuple[int, int], dict[int, bytes]] = {}

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Proof that entry `index` is in the tree of `size` (RFC 9162 §2.1.3). ValueError if it is not."""
        return [span_root(self._node, *span) for span in inclusion_spans(index, size)]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Proof that the tree of `new` begins with that of `old` (RFC 9162 §2.1.4). ValueError if sizes are none."""
        return [span_root(self._node, *span) for span in consistency_spans(old, new)]

    def _node(self, level: int, index: int) -> bytes:
        stored = level - level % TILE
        count = 1 << (level - stored)
        hashes = [self._hash(stored, number) for number in range(index * count, (index + 1) * count)]
        while len(hashes) > 1:
            hashes = [node_hash(*hashes[at : at + 2]) for at in range(0, len(hashes), 2)]
        return hashes[0]

    def _hash(self, level: int, number: int) -> bytes:
        tile = number >> TILE
        if (level, tile) not in self._tiles:
            self._tiles[level, tile] = self._read(level, tile << TILE, (tile + 1) << TILE)
        found = self._tiles[level, tile].get(number)
        if found is None:
            raise ValueError("The log does not hold what it should.")
        return found

    def _read(self, level: int, first: int, end: int) -> dict[int, bytes]:
        rows: QuerySet[Any, tuple[int, Any]]
        if level == 0:
            rows = LogEntry.objects.filter(seq__gte=first, seq__lt=end).values_list("seq", "leaf")
        else:
            tile = Subtree.objects.filter(level=level, index__gte=first, index__lt=end)
            rows = tile.values_list("index", "hash")
        return {number: bytes(found) for number, found in rows}
