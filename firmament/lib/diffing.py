"""What changed between two texts: by lines, by words, and field by field.

Exact for what people edit; for texts that share almost nothing the work is bounded, and what lies beyond the bound
is shown as removed and added whole. In every case the kept and removed parts together are the old text, and the kept
and added parts the new one.
"""

import json
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["same", "added", "removed"]

# Steps of the search in all, about 0.2 µs each; and how different a stretch may be before it counts as rewritten.
BUDGET = 1_000_000
DEEPEST = 1_000
NESTED = 40
TOKENS = re.compile(r"\d+(?:[.,]\d+)*[^\S\n]*|\w+[^\S\n]*|\n|[^\S\n]+|[^\w\s][^\S\n]*")


@dataclass(frozen=True, slots=True)
class Part:
    """A line, or a run of words, that stayed, came or went."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDiff:
    """One field of structured content. `path` is the way to it ("fields.name.label"); None: it was not there."""

    path: str
    kind: Literal["same", "added", "removed", "changed"]
    before: str | None
    after: str | None

    @property
    def words(self) -> tuple[Part, ...]:
        return diff_words(self.before or "", self.after or "")


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch: old[a:b] became new[c:d]; `same` when they are equal."""

    same: bool
    a: int
    b: int
    c: int
    d: int


def diff_lines(old: str, new: str) -> tuple[Part, ...]:
    """One part for each line, without its line end."""
    before, after = old.split("\n"), new.split("\n")
    return tuple(
        Part(kind, line)
        for block in blocks(before, after)
        for kind, lines in _sides(block, before, after)
        for line in lines
    )


def diff_words(old: str, new: str) -> tuple[Part, ...]:
    """Runs of words. Lines are matched first, and words only where the lines differ."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    budget = [BUDGET]
    found: list[Part] = []
    for block in blocks(before, after, budget):
        left, right = before[block.a : block.b], after[block.c : block.d]
        if block.same:
            found.append(Part("same", "".join(left)))
        elif len(left) == len(right):
            # As many lines as before: each was reworded where it stands.
            for one, other in zip(left, right, strict=True):
                found += _reworded(one, other, budget)
        else:
            found += _reworded("".join(left), "".join(right), budget)
    return tuple(_joined(found))


def diff_content(old: dict[str, Any], new: dict[str, Any]) -> tuple[FieldDiff, ...]:
    """Every field of either side, nested ones by their path; lists are compared as a whole."""
    before, after = dict(_leaves(old)), dict(_leaves(new))
    found = []
    for path in dict.fromkeys((*before, *after)):
        one, other = before.get(path), after.get(path)
        kind: Literal["same", "added", "removed", "changed"] = (
            "same" if one == other else "added" if one is None else "removed" if other is None else "changed"
        )
        found.append(FieldDiff(path=path, kind=kind, before=one, after=other))
    return tuple(found)


def blocks(
    old: Sequence[Hashable], new: Sequence[Hashable], budget: list[int] | None = None
) -> Iterator[Block]:
    """The stretches of two sequences in order, equal and different by turns; `budget[0]` steps may be spent."""
    budget = budget if budget is not None else [BUDGET]
    a = c = 0
    for i, j, size in _runs(_matches(old, new, 0, len(old), 0, len(new), budget)):
        if i > a or j > c:
            yield Block(False, a, i, c, j)
        yield Block(True, i, i + size, j, j + size)
        a, c = i + size, j + size
    if a < len(old) or c < len(new):
        yield Block(False, a, len(old), c, len(new))


def _sides(block: Block, old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Kind, Sequence[str]]]:
    if block.same:
        yield "same", old[block.a : block.b]
        return
    if block.b > block.a:
        yield "removed", old[block.a : block.b]
    if block.d > block.c:
        yield "added", new[block.c : block.d]


def _reworded(old: str, new: str, budget: list[int]) -> Iterator[Part]:
    # Setting out costs as well: a hundred thousand lines of one letter each are not worth the looking.
    budget[0] -= 20
    if budget[0] < 0:
        yield from (Part("removed", old), Part("added", new))
        return
    words, others = TOKENS.findall(old), TOKENS.findall(new)
    for block in blocks(words, others, budget):
        for kind, run in _sides(block, words, others):
            yield Part(kind, "".join(run))


def _joined(parts: list[Part]) -> Iterator[Part]:
    """Neighbours of one kind as one, so that a run of words is drawn as a run."""
    kind: Kind | None = None
    run: list[str] = []
    for part in parts:
        if part.kind != kind and run and kind:
            yield Part(kind, "".join(run))
            run = []
        kind = part.kind
        run.append(part.text)
    if run and kind:
        yield Part(kind, "".join(run))


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and (value or not path):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    else:
        plain = isinstance(value, str)
        yield path, value if plain else json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1)


def _runs(pairs: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Matched pairs, gathered into runs (start in old, start in new, length)."""
    start: tuple[int, int] | None = None
    size = 0
    for i, j in pairs:
        if start and (i, j) == (start[0] + size, start[1] + size):
            size += 1
            continue
        if start:
            yield (*start, size)
        start, size = (i, j), 1
    if start:
        yield (*start, size)


def _matches(
    old: Sequence[Hashable],
    new: Sequence[Hashable],
    a: int,
    b: int,
    c: int,
    d: int,
    budget: list[int],
    depth: int = 0,
) -> Iterator[tuple[int, int]]:
    """Pairs that match, in order: ends first, then by the shortest edit, or between lines that occur once."""
    while a < b and c < d and old[a] == new[c]:
        yield a, c
        a, c = a + 1, c + 1
    tail = 0
    while a < b - tail and c < d - tail and old[b - tail - 1] == new[d - tail - 1]:
        tail += 1
    b, d = b - tail, d - tail
    if a < b and c < d:
        found = _shortest_edit(old, new, a, b, c, d, budget)
        if found is not None:
            yield from found
        elif depth < NESTED:
            for i, j, right, below in _between_anchors(old, new, a, b, c, d):
                yield from _matches(old, new, i, right, j, below, budget, depth + 1)
                if right < b and below < d:
                    yield right, below
    yield from ((b + k, d + k) for k in range(tail))


def _between_anchors(
    old: Sequence[Hashable], new: Sequence[Hashable], a: int, b: int, c: int, d: int
) -> Iterator[tuple[int, int, int, int]]:
    """Patience diff (Bram Cohen): what occurs once on each side holds the rest in place; yields what lies between."""
    anchors = _anchors(old, new, a, b, c, d)
    for i, j in anchors:
        yield a, c, i, j
        a, c = i + 1, j + 1
    if anchors:
        yield a, c, b, d


def _anchors(
    old: Sequence[Hashable], new: Sequence[Hashable], a: int, b: int, c: int, d: int
) -> list[tuple[int, int]]:
    """The longest series, rising on both sides, of what occurs exactly once on each."""
    once = Counter(old[a:b]), Counter(new[c:d])
    places = {new[j]: j for j in range(c, d) if once[1][new[j]] == 1}
    pairs = [(i, places[old[i]]) for i in range(a, b) if once[0][old[i]] == 1 and old[i] in places]
    tops: list[int] = []
    heads: list[int] = []
    before: list[int] = []
    for index, (_i, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        before.append(heads[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [j]
        heads[pile : pile + 1] = [index]
    found = []
    at = heads[-1] if heads else -1
    while at >= 0:
        found.append(pairs[at])
        at = before[at]
    return found[::-1]


def _shortest_edit(
    old: Sequence[Hashable], new: Sequence[Hashable], a: int, b: int, c: int, d: int, budget: list[int]
) -> list[tuple[int, int]] | None:
    """Myers, "An O(ND) Difference Algorithm and Its Variations" (1986); None when it is too far for the budget."""
    n, m = b - a, d - c
    shared = (Counter(old[a:b]) & Counter(new[c:d])).total()
    if n + m - 2 * shared > DEEPEST:
        return None
    furthest = {1: 0}
    trail: list[dict[int, int]] = []
    for distance in range(min(n + m, DEEPEST) + 1):
        budget[0] -= distance + 1
        if budget[0] < 0:
            return None
        trail.append(dict(furthest))
        for k in range(-distance, distance + 1, 2):
            down = k == -distance or (k != distance and furthest[k - 1] < furthest[k + 1])
            x = furthest[k + 1] if down else furthest[k - 1] + 1
            while x < n and x - k < m and old[a + x] == new[c + x - k]:
                x += 1
            furthest[k] = x
            if x >= n and x - k >= m:
                return [(a + i, c + j) for i, j in _walk_back(trail, n, m)]
    return None


def _walk_back(trail: list[dict[int, int]], n: int, m: int) -> list[tuple[int, int]]:
    x, y = n, m
    found = []
    for distance in range(len(trail) - 1, -1, -1):
        furthest, k = trail[distance], x - y
        down = k == -distance or (k != distance and furthest[k - 1] < furthest[k + 1])
        from_k = k + 1 if down else k - 1
        start_x = furthest[from_k]
        start_y = start_x - from_k
        while x > max(start_x, 0) and y > max(start_y, 0):
            x, y = x - 1, y - 1
            found.append((x, y))
        x, y = start_x, start_y
    return found[::-1]
