"""Measuring search: collections as they come, and figures that can be worked out by hand."""

import gzip
import json
import math
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given
from hypothesis import strategies as st

from firmament.kernel.search.evaluation import NotACollection, evaluate, ndcg, read_collection
from firmament.kernel.tenancy.actor import Actor

DOCUMENTS = (
    {"id": "d1", "title": "Wings", "text": "The lift of a thin wing in a slipstream."},
    {"id": "d2", "title": "", "text": "Boundary layers on a flat plate in hypersonic flow."},
    {"id": "d3", "title": "Cooking", "text": "How to boil an egg."},
)
QUERIES = ({"id": "q1", "text": "lift of wings"}, {"id": "q2", "text": "what is known of the boundary layer"})
QRELS = "query_id\tdoc_id\trelevance\nq1\td1\t4\nq2\td2\t1\nq2\td3\t0\n"


def lines(rows: Any) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    (tmp_path / "corpus.jsonl").write_text(lines(DOCUMENTS))
    (tmp_path / "queries.jsonl").write_text(lines(QUERIES))
    (tmp_path / "qrels.tsv").write_text(QRELS)
    return tmp_path


def test_a_collection_is_read_packed_or_not_and_with_or_without_a_header(collection: Path) -> None:
    plain = read_collection(collection)
    (collection / "corpus.jsonl").unlink()
    with gzip.open(collection / "corpus.jsonl.gz", "wt") as packed:
        packed.write(lines(DOCUMENTS))
    (collection / "qrels.tsv").write_text("q1 0 d1 4\nq2 0 d2 1\nq2 0 d3 0\n")

    assert read_collection(collection) == plain
    assert plain.documents["d1"] == ("Wings", "The lift of a thin wing in a slipstream.")
    assert plain.relevance == {"q1": {"d1": 4}, "q2": {"d2": 1, "d3": 0}}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("corpus.jsonl", None, "neither corpus.jsonl nor corpus.jsonl.gz"),
        ("corpus.jsonl", "", "there are no documents"),
        ("corpus.jsonl", '{"id": "1"}\n[1]\n', "corpus.jsonl, line 2: not an object"),
        ("corpus.jsonl", '{"id": "1"}\n{"id": \n', "corpus.jsonl, line 2"),
        ("corpus.jsonl", '{"title": "x"}\n', "corpus.jsonl, line 1: no id"),
        ("corpus.jsonl", '{"id": "1"}\n{"id": "1"}\n', "corpus.jsonl, line 2: 1 stands there twice"),
        ("queries.jsonl", None, "queries.jsonl"),
        ("queries.jsonl", "\n", "no queries"),
        ("qrels.tsv", None, "qrels.tsv"),
        ("qrels.tsv", "q1\td1\n", "qrels.tsv, line 1: three columns"),
        ("qrels.tsv", "q1\td1\t1\nq1\td2\tx\n", "qrels.tsv, line 2: x is no number"),
        ("qrels.tsv", "", "no judgement"),
        ("qrels.tsv", "q9\td1\t1\n", "no judgement"),
    ],
)
def test_what_is_no_collection_is_said_with_its_line(
    collection: Path, name: str, text: str | None, said: str
) -> None:
    if text is None:
        (collection / name).unlink()
    else:
        (collection / name).write_text(text)

    with pytest.raises(NotACollection) as told:
        read_collection(collection)
    with pytest.raises(CommandError):
        call_command("evaluate_search", str(collection))

    assert said in str(told.value)


def test_a_directory_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="neither corpus"):
        call_command("evaluate_search", str(tmp_path / "nowhere"))


def test_gain_is_discounted_by_the_logarithm_of_the_place() -> None:
    relevance = {"a": 4, "b": 1, "c": 0, "d": -1}

    assert ndcg(["a", "b"], relevance) == 1.0
    assert ndcg(["c", "d", "x"], relevance) == 0.0
    assert math.isclose(ndcg(["b", "a"], relevance), (1 + 4 / math.log2(3)) / (4 + 1 / math.log2(3)))
    assert ndcg(["x"] * 10 + ["a"], relevance) == 0.0
    assert ndcg(["a"], {}) == 0.0


@given(
    st.lists(st.sampled_from("abcdefghijklm"), unique=True),
    st.dictionaries(st.sampled_from("abcdefghijklm"), st.integers(-1, 4)),
)
def test_no_order_is_better_than_the_best(ranked: list[str], relevance: dict[str, int]) -> None:
    ideal = sorted(relevance, key=lambda name: -relevance[name])

    assert 0.0 <= ndcg(ranked, relevance) <= 1.0 + 1e-9
    assert ndcg(ideal, relevance) in (0.0, pytest.approx(1.0))


def test_a_collection_is_indexed_and_asked_in_every_way(minilm: None, alice: Actor, collection: Path) -> None:
    told = evaluate(alice, read_collection(collection))

    assert list(told) == ["words", "meaning", "both", "index_s"]
    assert told["words"] == {"ndcg10": 1.0, "empty": 0}
    assert told["meaning"]["ndcg10"] == told["both"]["ndcg10"] == 1.0
    assert 0 < told["both"]["p50_ms"] <= told["both"]["p95_ms"]
