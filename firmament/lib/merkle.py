"""The Merkle tree of RFC 6962 §2.1 (the same in RFC 9162 §2.1), its proofs, and their verification.

Leaves are numbered from 0. Hashes are 32 bytes of SHA-256; everything here takes and gives leaf *hashes*, never the
content. Verification is strict: what is not of the exact size and length is refused.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256

SIZE = 32
EMPTY = sha256().digest()

Span = tuple[int, int]
Node = Callable[[int, int], bytes]


def leaf_hash(content: bytes) -> bytes:
    """SHA-256(0x00 ‖ content), RFC 9162 §2.1.1."""
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right), RFC 9162 §2.1.1."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """What must be remembered of a tree to go on with it: its complete subtrees from left to right.

    `complete(level, index, hash)` is told of every subtree at the moment it is complete; level 0 are the leaves.
    """

    def __init__(
        self,
        size: int = 0,
        hashes: Iterable[bytes] = (),
        complete: Callable[[int, int, bytes], None] | None = None,
    ) -> None:
        self.size = size
        self.hashes = list(hashes)
        self._complete = complete
        if len(self.hashes) != size.bit_count() or any(len(one) != SIZE for one in self.hashes):
            raise ValueError("These are not the complete subtrees of a tree of this size.")

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash on the right."""
        index, level, merged = self.size, 0, leaf
        while index & 1:
            # RFC 9162 §2.1.2: as many merges as the number has trailing ones.
            merged = sha256(b"\x01" + self.hashes.pop() + merged).digest()
            index, level = index >> 1, level + 1
            if self._complete:
                self._complete(level, index, merged)
        self.hashes.append(merged)
        self.size += 1

    def root(self) -> bytes:
        """The root of all leaves so far; of none, the hash of nothing."""
        if not self.hashes:
            return EMPTY
        merged = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            merged = node_hash(left, merged)
        return merged


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over these leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


# Proofs. Each is a list of the roots of spans [first, end) of the leaves.


def inclusion_spans(index: int, size: int) -> list[Span]:
    """The spans whose roots prove leaf `index` in the tree of `size` leaves (RFC 9162 §2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError("There is no such leaf in this tree.")
    spans: list[Span] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((first, middle))
            first = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """The spans whose roots prove that the tree of `new` leaves begins with that of `old` (RFC 9162 §2.1.4.1)."""
    if not 0 < old <= new:
        raise ValueError("An earlier tree has leaves, and no more than the later one.")
    spans: list[Span] = []
    first, end, known = 0, new, True
    while end != old:
        middle = first + _split(end - first)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((first, middle))
            first, known = middle, False
    if not known:
        spans.append((first, end))
    return spans[::-1]


def span_root(node: Node, first: int, end: int) -> bytes:
    """The root of a span, put together from complete subtrees: `node(level, index)` is that of 2**level leaves."""
    count = end - first
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return node(level, first >> level)
    middle = first + _split(count)
    return node_hash(span_root(node, first, middle), span_root(node, middle, end))


def _split(count: int) -> int:
    """The largest power of two smaller than `count`."""
    return 1 << (count - 1).bit_length() - 1


# Verification


def verify_inclusion(*, index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows this leaf hash at `index` of the tree with this root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size or not _hashes(leaf, root, *proof):
        return False
    number, last, merged = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if number & 1 or number == last:
            merged = node_hash(step, merged)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            merged = node_hash(merged, step)
        number, last = number >> 1, last >> 1
    return last == 0 and merged == root


def verify_consistency(
    *, old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the proof shows that the later tree begins with the earlier one (RFC 9162 §2.1.4.2).

    Nothing can be shown about an empty earlier tree; of two of the same size only equal roots, by an empty proof.
    """
    if old == new:
        return old >= 0 and not proof and old_root == new_root
    if not 0 < old < new or not proof or not _hashes(old_root, new_root, *proof):
        return False
    # A whole subtree to begin with is the earlier tree itself, and the proof leaves its root out.
    steps = iter(proof if old & (old - 1) else (old_root, *proof))
    return _climb(old - 1, new - 1, steps) == (old_root, new_root)


def _climb(number: int, last: int, steps: Iterator[bytes]) -> tuple[bytes, bytes] | None:
    while number & 1:
        number, last = number >> 1, last >> 1
    old = new = next(steps)
    for step in steps:
        if last == 0:
            return None
        if number & 1 or number == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            new = node_hash(new, step)
        number, last = number >> 1, last >> 1
    return (old, new) if last == 0 else None


def _hashes(*values: bytes) -> bool:
    return all(len(value) == SIZE for value in values)
