"""What reads alike: pairs of objects whose texts are the same, nearly the same, or say the same in other words."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from math import ceil
from typing import Any
from uuid import UUID

from django.db import connection

from firmament.kernel.search.gateways import model_code
from firmament.kernel.search.languages import composed, unaccented
from firmament.kernel.search.pending import wants_meaning
from firmament.kernel.search.reach import Sql, entries_within, reach_of
from firmament.kernel.tenancy.actor import Actor

# Every text is compared with every other, so the work grows with the square.
MOST = 10_000
# Words that stand together: two texts share such a sequence seldom by chance.
SEQUENCE = 3
# Rows of the table of cosines that are held at once: 512 × 10,000 floats are 20 MB.
BLOCK = 512

TEXTS = """
SELECT search_entry.object_id, search_entry.title, string_agg(c.text, ' ' ORDER BY c.ordinal){vector}
FROM search_chunk c JOIN search_entry ON search_entry.firm_id = c.firm_id AND search_entry.id = c.entry_id
WHERE {reach} AND (%s::uuid[] IS NULL OR search_entry.object_id = ANY (%s::uuid[])) GROUP BY search_entry.id, search_entry.object_id, search_entry.title
ORDER BY search_entry.changed_at DESC, search_entry.object_id LIMIT %s
"""
# A text of which a part still waits for its vector has none yet: half of it would be compared. A part without words is
# the title alone, which says little beside the others.
VECTOR = """, CASE WHEN bool_and(c.model = %s)
       THEN coalesce(avg(c.embedding) FILTER (WHERE c.text <> ''), avg(c.embedding))::text END"""

Sequences = frozenset[tuple[str, ...]]
Shares = dict[tuple[UUID, UUID], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two objects of a kind that read alike; the one with the smaller id first.

    `likeness` is the greater of `words`, the share of three-word sequences that both hold (Jaccard; 1.0 is the same
    text), and `meaning`, the cosine of their vectors, 0.0 where there are none.
    """

    first_id: UUID
    second_id: UUID
    first_title: str
    second_title: str
    words: float
    meaning: float

    @property
    def likeness(self) -> float:
        return max(self.words, self.meaning)


@dataclass(frozen=True, slots=True)
class Text:
    """One object: its title, what it says, and the mean of its vectors as pgvector writes it."""

    object_id: UUID
    title: str
    body: str
    vector: str | None = None


def near_duplicates(
    actor: Actor,
    kind: str,
    *,
    threshold: float = 0.8,
    meaning: float | None = None,
    among: Collection[UUID] | None = None,
    limit: int = 100,
) -> list[Pair]:
    """Pairs of a kind ("clients.client") that read alike, among what the actor may see, or among those named.

    Their words reach `threshold`, or their meaning reaches the other one, where that is not the same. The most alike
    first, ties by id. Above MOST objects only those changed last are compared. Seconds for thousands of objects: for a
    report, or a job. Raises ValueError for a threshold that is not above 0 and at most 1.
    """
    meaning = threshold if meaning is None else meaning
    if not (0 < threshold <= 1 and 0 < meaning <= 1):
        raise ValueError(f"a threshold is above 0 and at most 1, not {threshold} or {meaning}")
    reach = reach_of(actor, entries_within(actor, [kind]))
    if reach is None:
        return []
    texts = {text.object_id: text for text in _texts(reach, None if among is None else list(among))}
    said = by_sequences({pk: sequences(text.body or text.title) for pk, text in texts.items()}, threshold)
    meant = _by_vectors([text for text in texts.values() if text.vector], meaning)
    pairs = [
        Pair(
            first_id=first,
            second_id=second,
            first_title=texts[first].title,
            second_title=texts[second].title,
            words=round(said.get((first, second), 0.0), 4),
            meaning=round(meant.get((first, second), 0.0), 4),
        )
        for first, second in said.keys() | meant.keys()
    ]
    return sorted(pairs, key=lambda pair: (-pair.likeness, pair.first_id, pair.second_id))[:limit]


def _texts(reach: Sql, among: list[UUID] | None) -> list[Text]:
    with_vectors = wants_meaning()
    query = TEXTS.format(vector=VECTOR if with_vectors else "", reach=reach.text)
    with connection.cursor() as cursor:
        vector = [model_code()] if with_vectors else []
        cursor.execute(query, [*vector, *reach.parameters, among, among, MOST])
        return [Text(pk, title, body.strip(), *vector) for pk, title, body, *vector in cursor.fetchall()]


def sequences(text: str) -> Sequences:
    """Every three words that follow each other, without case and accents; a shorter text is one sequence."""
    words = "".join(c if c.isalnum() else " " for c in unaccented(composed(text)).casefold()).split()
    found = zip(*(words[start:] for start in range(SEQUENCE)), strict=False)
    return frozenset(found) or (frozenset([tuple(words)]) if words else frozenset())


def by_sequences(texts: Mapping[UUID, Sequences], threshold: float) -> Shares:
    """The pairs whose share of common sequences reaches the threshold, exactly.

    Only texts that share one of their rarest sequences are compared: Bayardo, Ma, Srikant, "Scaling Up All Pairs
    Similarity Search", WWW 2007.
    """
    often = Counter(sequence for held in texts.values() for sequence in held)
    holders: dict[tuple[str, ...], list[UUID]] = defaultdict(list)
    found: Shares = {}
    for pk, held in texts.items():
        # To reach the threshold, two texts must share one of so many sequences, counted from the rarest.
        rarest = sorted(held, key=lambda sequence: (often[sequence], sequence))
        rarest = rarest[: len(held) - ceil(threshold * len(held) - 1e-9) + 1]
        for other in {other for sequence in rarest for other in holders[sequence]}:
            share = len(held & texts[other]) / len(held | texts[other])
            if share >= threshold:
                found[min(pk, other), max(pk, other)] = share
        for sequence in rarest:
            holders[sequence].append(pk)
    return found


def _by_vectors(texts: Collection[Text], threshold: float) -> Shares:
    """The pairs whose vectors' cosine reaches the threshold, exactly."""
    if len(texts) < 2:
        return {}
    # A sixth of a second to import: only whoever compares vectors pays for it.
    numpy: Any = import_module("numpy")
    ids = [text.object_id for text in texts]
    table = numpy.array(
        [numpy.fromstring((text.vector or "")[1:-1], dtype=numpy.float32, sep=",") for text in texts]
    )
    table /= numpy.maximum(numpy.linalg.norm(table, axis=1, keepdims=True), 1e-9)
    return {
        (min(ids[row], ids[column]), max(ids[row], ids[column])): cosine
        for row, column, cosine in _near(numpy, table, threshold)
    }


def _near(numpy: Any, table: Any, threshold: float) -> Iterator[tuple[int, int, float]]:
    for start, stop in pairwise([*range(0, len(table), BLOCK), len(table)]):
        cosines = table[start:stop] @ table[start:].T
        rows, columns = numpy.nonzero(cosines >= threshold)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            if row < column:
                yield start + row, start + column, min(1.0, float(cosines[row, column]))
