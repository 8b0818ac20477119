"""How well search finds: nDCG@10 on a collection whose answers are known, through the same doors as everybody.

A collection is a directory with `corpus.jsonl` or `corpus.jsonl.gz` (id, title, text), `queries.jsonl` (id, text) and
`qrels.tsv` (query, document, relevance; a header and further columns may be there).
"""

import gzip
import json
import math
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

from firmament.kernel.search.chunks import Section
from firmament.kernel.search.find import Mode, search
from firmament.kernel.search.gateways import embedder, vector_of
from firmament.kernel.search.indexing import BATCH, put, reading_of
from firmament.kernel.search.pending import next_waiting, wants_meaning, write_vectors
from firmament.kernel.search.policies import Can
from firmament.kernel.search.sources import Page, Source, keep, source_of
from firmament.kernel.search.weighing import weigh
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.lib.ids import uuid7

DEPTH = 10
KIND = "search.entry"


class NotACollection(Exception):
    """The directory does not hold a collection; says what is missing, or in which line."""


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents by id as (title, text), questions by id, and how relevant which document is to which question."""

    documents: Mapping[str, tuple[str, str]]
    queries: Mapping[str, str]
    relevance: Mapping[str, Mapping[str, int]]


def read_collection(directory: Path) -> Collection:
    """The collection in a directory; raises NotACollection."""
    corpus = next(
        (p for name in ("corpus.jsonl", "corpus.jsonl.gz") if (p := directory / name).exists()), None
    )
    if corpus is None:
        raise NotACollection(f"{directory}: there is neither corpus.jsonl nor corpus.jsonl.gz")
    documents = {pk: (_text(row, "title"), _text(row, "text")) for pk, row in _rows(corpus)}
    queries = {pk: _text(row, "text") for pk, row in _rows(directory / "queries.jsonl")}
    relevance = _judgements(directory / "qrels.tsv")
    for what, there in (
        ("documents", documents),
        ("queries", queries),
        ("judgement", queries & relevance.keys()),
    ):
        if not there:
            raise NotACollection(f"{directory}: there are no {what}")
    return Collection(documents, queries, relevance)


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a file of JSON lines, by their ids."""
    seen: set[str] = set()
    number = 0
    try:
        with _opened(path) as lines:
            for number, line in enumerate(lines, 1):  # noqa: B007 (the handler names the line)
                if line.strip():
                    pk, row = _row(line)
                    if pk in seen:
                        raise NotACollection(f"{pk} stands there twice")
                    seen.add(pk)
                    yield pk, row
    except (OSError, EOFError, ValueError, zlib.error, NotACollection) as error:
        place = f"{path.name}, line {number}" if number else path.name
        raise NotACollection(f"{place}: {error}") from error


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return TextIOWrapper(gzip.open(path), encoding="utf-8")
    return path.open(encoding="utf-8")


def _row(line: str) -> tuple[str, dict[str, Any]]:
    row = json.loads(line)
    if not isinstance(row, dict):
        raise NotACollection("not an object")
    for name in ("id", "_id"):
        if name in row:
            return str(row[name]), row
    raise NotACollection("no id")


def _text(row: Mapping[str, Any], name: str) -> str:
    return str(row.get(name) or "")


def _judgements(path: Path) -> dict[str, dict[str, int]]:
    """query → document → relevance. The four columns of TREC (with an iteration) are read as well."""
    found: dict[str, dict[str, int]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise NotACollection(f"{path.name}: {error}") from error
    for number, line in enumerate(lines, 1):
        cells = [cell.strip() for cell in line.split("\t")] if "\t" in line else line.split()
        if not any(cells):
            continue
        if len(cells) not in (3, 4):
            raise NotACollection(f"{path.name}, line {number}: three columns are needed")
        try:
            relevance = int(float(cells[-1]))
        except ValueError:
            if number == 1:
                continue
            raise NotACollection(f"{path.name}, line {number}: {cells[-1]} is no number") from None
        found.setdefault(cells[0], {})[cells[-2]] = relevance
    return found


def ndcg(ranked: Sequence[str], relevance: Mapping[str, int], depth: int = DEPTH) -> float:
    """Normalised discounted cumulative gain at `depth`: gain is the relevance, discount log2(rank + 1).

    Järvelin, Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS 2002, as trec_eval computes it
    (`ndcg_cut`). What is not judged, and a negative relevance, count as not relevant.
    """
    gains = [max(0, relevance.get(pk, 0)) for pk in ranked[:depth]]
    ideal = sorted((gain for gain in relevance.values() if gain > 0), reverse=True)[:depth]
    best = _discounted(ideal)
    return _discounted(gains) / best if best else 0.0


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def evaluate(actor: Actor, collection: Collection) -> dict[str, Any]:
    """Index the collection into the actor's firm and ask every question in every mode."""
    if source_of(KIND) is None:
        # The entries stand for themselves: a document of a collection is an object of no room.
        keep(
            Source(model="search.Entry", label="Evaluation", power=Can.FIND, page=_no_page, events={}, url="")
        )
    began = time.perf_counter()
    names = index_documents(actor, collection.documents)
    embed_all(actor)
    index_s = time.perf_counter() - began
    answer: dict[str, Any] = {mode.value: _asked(actor, collection, names, mode)[0] for mode in Mode}
    vector_of.cache_clear()
    answer["both"], times = _asked(actor, collection, names, Mode.BOTH)
    answer["both"] |= {"p50_ms": _share(times, 0.5), "p95_ms": _share(times, 0.95)}
    return {**answer, "index_s": round(index_s, 2)}


def _no_page(entry: Any) -> Page | None:
    return None


def index_documents(actor: Actor, documents: Mapping[str, tuple[str, str]]) -> dict[UUID, str]:
    """Put the documents into the index; returns the collection's id of each entry."""
    names = {uuid7(): pk for pk in documents}
    order = list(names)
    for start in range(0, len(order), BATCH):
        with firm_transaction(actor.firm_id):
            put(KIND, [_reading(pk, *documents[names[pk]]) for pk in order[start : start + BATCH]])
    with firm_transaction(actor.firm_id):
        weigh()
    return names


def _reading(pk: UUID, title: str, text: str) -> Any:
    page = Page(title=title.strip() or text[:80].strip() or "–", body=(Section("", text),))
    reading = reading_of(KIND, pk, page)
    reading.entry.pk = pk
    return reading


def embed_all(actor: Actor) -> None:
    """Make every vector that is missing, here and now."""
    while True:
        with firm_transaction(actor.firm_id):
            waiting = next_waiting() if wants_meaning() else []
        if not waiting:
            return
        model = embedder()
        vectors = model.embed([one.text for one in waiting])
        with firm_transaction(actor.firm_id):
            write_vectors([one.id for one in waiting], vectors, code=model.code)


def _asked(
    actor: Actor, collection: Collection, names: Mapping[UUID, str], mode: Mode
) -> tuple[dict[str, Any], list[float]]:
    """Every question: mean nDCG over those with a relevant document, how many found nothing, and the times."""
    found: list[float] = []
    empty, times = 0, list[float]()
    for pk, text in collection.queries.items():
        began = time.perf_counter()
        with firm_transaction(actor.firm_id, read_only=True):
            hits = search(actor, text, kinds=[KIND], limit=DEPTH, mode=mode)
        times.append((time.perf_counter() - began) * 1000)
        empty += not hits
        relevance = collection.relevance.get(pk, {})
        if any(value > 0 for value in relevance.values()):
            found.append(ndcg([names[hit.object_id] for hit in hits], relevance))
    mean = sum(found) / len(found) if found else 0.0
    return {"ndcg10": round(mean, 4), "empty": empty}, times


def _share(values: Sequence[float], share: float) -> float:
    """The value that this share of the sorted values does not exceed (nearest rank)."""
    ordered = sorted(values)
    return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 2) if ordered else 0.0
