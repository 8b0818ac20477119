"""Asking the index: two lists, one answer, and only what the asker may open at this moment."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from threading import Thread
from typing import Any
from uuid import UUID

from django.db import connection
from django.urls import reverse

from firmament.kernel.search.asking import Question, read_question
from firmament.kernel.search.gateways import EmbeddingFailed, embedder, is_loaded, model_code, vector_of
from firmament.kernel.search.languages import ACCENTED, PLAIN_LETTERS
from firmament.kernel.search.meaning import by_meaning, prepare_near
from firmament.kernel.search.pending import wants_meaning
from firmament.kernel.search.reach import Sql, entries_within, reach_of, still_visible
from firmament.kernel.search.sources import source_of
from firmament.kernel.search.words import DEPTH, by_words
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.transaction import current_firm

log = logging.getLogger(__name__)

# Cormack, Clarke, Büttcher, "Reciprocal Rank Fusion outperforms Condorcet…", SIGIR 2009: k = 60.
RRF_K = 60
FURTHEST = 100
EXCERPT = 220
# Never in kept text: `composed` takes control characters for blanks.
START, STOP = "\x02", "\x03"
MARKS = f'HighlightAll=true, StartSel="{START}", StopSel="{STOP}"'


class Mode(StrEnum):
    """Which lists are asked."""

    WORDS = "words"
    MEANING = "meaning"
    BOTH = "both"


class Why(StrEnum):
    """What brought a hit here."""

    WORDS = "words"
    MEANING = "meaning"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of plain text; `marked` where it is what was asked for. Templates escape it like any text."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One answer. `score` is the sum of 1/(60 + rank) over the lists it stands in; `url` is "" where no page opens."""

    kind: str
    object_id: UUID
    title: str
    subtitle: str
    excerpt: tuple[Part, ...]
    url: str
    score: float
    why: Why


@dataclass(frozen=True, slots=True)
class Found:
    """An entry in a list, with its chunk that answered best."""

    entry_id: UUID
    chunk_id: UUID
    kind: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """An entry in the one list."""

    entry_id: UUID
    chunk_id: UUID
    kind: str
    score: float
    why: Why


@dataclass(frozen=True, slots=True)
class Slice:
    """Which of the hits are shown."""

    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as it is shown."""

    kind: str
    object_id: UUID
    address_id: UUID
    title: str
    subtitle: str
    excerpt: str


LISTED = "SELECT {number} AS list, l.* FROM ({text}) l"
SHOWN = """
SELECT e.id, e.kind, e.object_id, e.address_id, e.title, e.subtitle,
       CASE WHEN %s = '' THEN c.text ELSE ts_headline(e.language::regconfig,
            translate(c.text, %s, %s), %s::tsquery,
            %s) END,
       c.text
FROM unnest(%s::uuid[], %s::uuid[]) WITH ORDINALITY AS w(entry_id, chunk_id, n)
JOIN search_entry e ON e.id = w.entry_id JOIN search_chunk c ON c.id = w.chunk_id
WHERE {seen} ORDER BY w.n
"""


def search(
    actor: Actor,
    text: str,
    *,
    kinds: Iterable[str] | None = None,
    limit: int = 20,
    offset: int = 0,
    mode: Mode = Mode.BOTH,
) -> list[Hit]:
    """The best answers the actor may see, best first.

    `kinds`: labels such as "clients.client". At most the first 100 can be reached. Without a model, or while it is
    being loaded, words answer alone.
    """
    offset = max(0, offset)
    limit = min(limit, FURTHEST - offset)
    reach = reach_of(actor, entries_within(actor, kinds))
    question = read_question(text)
    if limit <= 0 or reach is None or not question.plain:
        return []
    ranked = _ranked(question, reach, mode)
    return _shown(actor, ranked, question, Slice(offset, limit))


def _ranked(question: Question, reach: Sql, mode: Mode) -> list[Ranked]:
    """Both lists in one statement, made one."""
    vector = None if mode is Mode.WORDS else _vector(question.plain)
    words = None if mode is Mode.MEANING else by_words(question, reach)
    near = None if vector is None else by_meaning(vector, embedder(), reach, exact=question.exact)
    asked = [(number, sql) for number, sql in enumerate((words, near)) if sql is not None]
    if not asked:
        return []
    if near is not None and not question.exact:
        prepare_near()
    text = " UNION ALL ".join(LISTED.format(number=number, text=sql.text) for number, sql in asked)
    with connection.cursor() as cursor:
        cursor.execute(
            f"{text} ORDER BY list, place", [value for _n, sql in asked for value in sql.parameters]
        )
        rows = cursor.fetchall()
    lists: tuple[dict[UUID, Found], dict[UUID, Found]] = ({}, {})
    for number, entry_id, chunk_id, kind, _place in rows:
        lists[number].setdefault(entry_id, Found(entry_id, chunk_id, kind))
    return fused(*(list(found.values())[:DEPTH] for found in lists))


def fused(words: Sequence[Found], meaning: Sequence[Found]) -> list[Ranked]:
    """The two lists as one: the sum of 1/(60 + rank), ties by words first, then by id. The chunk is that of the list by
    words.
    """
    score: dict[UUID, float] = {}
    best: dict[UUID, Found] = {}
    for found in (words, meaning):
        for rank, one in enumerate(found, 1):
            score[one.entry_id] = score.get(one.entry_id, 0.0) + 1 / (RRF_K + rank)
            best.setdefault(one.entry_id, one)
    said = {one.entry_id for one in words}
    meant = {one.entry_id for one in meaning}
    order = sorted(score, key=lambda pk: (-score[pk], pk not in said, pk))
    return [
        Ranked(
            pk,
            best[pk].chunk_id,
            best[pk].kind,
            score[pk],
            Why.BOTH if pk in said and pk in meant else Why.WORDS if pk in said else Why.MEANING,
        )
        for pk in order
    ]


def _vector(text: str) -> Sequence[float] | None:
    """The question's vector, or None where there is no model, or not yet."""
    if not wants_meaning():
        return None
    if not is_loaded():
        _load_beside()
        return None
    try:
        return vector_of(model_code(), text)
    except EmbeddingFailed:
        log.warning("no vector for a question; words answer alone", exc_info=True)
        return None


_loading: list[Thread] = []


def _load_beside() -> None:
    """Load the model without letting anybody wait for it: it takes a second."""
    if not _loading or not _loading[0].is_alive():
        _loading[:] = [Thread(target=_load, name="embedding-model", daemon=True)]
        _loading[0].start()


def _load() -> None:
    try:
        embedder()
    except (EmbeddingFailed, ImportError, OSError):
        log.exception("the embedding model cannot be loaded; words answer alone")


def _shown(actor: Actor, ranked: Sequence[Ranked], question: Question, wanted: Slice) -> list[Hit]:
    """The page of hits. What is no longer visible is left out, and what stands behind it moves up."""
    found: list[tuple[Ranked, Row]] = []
    last = wanted.offset + wanted.limit
    at = 0
    while len(found) < last and at < min(len(ranked), DEPTH):
        hand = ranked[at : at + last - len(found)]
        at += len(hand)
        rows = _rows(actor, hand, question.loose)
        found += [(one, rows[one.entry_id]) for one in hand if one.entry_id in rows]
    return [_hit(actor, one, row) for one, row in found[wanted.offset : last]]


def _rows(actor: Actor, ranked: Sequence[Ranked], query: str) -> dict[UUID, Row]:
    """The entries as they are shown, those alone whose object the actor may see at this moment."""
    seen = still_visible(actor, {one.kind for one in ranked})
    parameters: list[Any] = [query, ACCENTED, PLAIN_LETTERS, query, MARKS]
    parameters += [[r.entry_id for r in ranked], [r.chunk_id for r in ranked], *seen.parameters]
    with connection.cursor() as cursor:
        cursor.execute(SHOWN.format(seen=seen.text), parameters)
        return {
            pk: Row(kind, object_id, address_id, title, subtitle, _relettered(marked, text))
            for pk, kind, object_id, address_id, title, subtitle, marked, text in cursor.fetchall()
        }


def _relettered(marked: str, text: str) -> str:
    """The marks of the folded text in the text as it was written: both have a character for each other's."""
    letters = iter(text)
    return "".join(c if c in (START, STOP) else next(letters, "") for c in marked)


def excerpt(marked: str) -> tuple[Part, ...]:
    """The stretch of a text where the most marks stand together, as parts."""
    words = marked.split()
    if not words:
        return ()
    width = max(1, EXCERPT * len(words) // max(len(marked), 1))
    marks = [START in word for word in words]
    best = max(range(max(1, len(words) - width + 1)), key=lambda at: (sum(marks[at : at + width]), -at))
    shown = " ".join(words[best : best + width])
    before = "… " if best else ""
    after = " …" if best + width < len(words) else ""
    return tuple(_parts(f"{before}{shown}{after}"))


def _parts(text: str) -> list[Part]:
    found: list[Part] = []
    for stretch in text.split(START):
        marked, stop, plain = stretch.partition(STOP)
        if stop:
            found.append(Part(marked, marked=True))
        else:
            plain = marked
        if plain:
            found.append(Part(plain))
    return found


def _hit(actor: Actor, one: Ranked, row: Row) -> Hit:
    return Hit(
        kind=row.kind,
        object_id=row.object_id,
        title=row.title,
        subtitle=row.subtitle,
        excerpt=excerpt(row.excerpt),
        url=address_of(actor, row.kind, row.address_id),
        score=one.score,
        why=one.why,
    )


def address_of(actor: Actor, kind: str, address_id: UUID) -> str:
    """The page that opens, by the door the actor came through."""
    source = source_of(kind)
    client = actor.domain == Domain.CLIENT
    name = "" if source is None else source.portal_url if client else source.url
    if source is None or not name:
        return ""
    which = {} if client and source.portal_lists else {"pk": address_id}
    return reverse(name, kwargs={"firm": current_firm().slug, **which})
