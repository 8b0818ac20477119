"""Under row-level security, as the application's role, the index serves, and every way to an answer finds the same."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

import pytest
from django.db import connection

from firmament.kernel.search.asking import read_question
from firmament.kernel.search.gateways import embedder
from firmament.kernel.search.meaning import by_meaning, prepare_near
from firmament.kernel.search.models import Chunk, Entry
from firmament.kernel.search.pending import count_waiting, write_vectors
from firmament.kernel.search.reach import Sql, entries_within, reach_of
from firmament.kernel.search.schema import DIMENSIONS
from firmament.kernel.search.words import by_words
from firmament.kernel.tenancy.actor import Actor
from firmament.modules.clients.models import Client


@pytest.fixture
def without_reading_all(alice: Actor) -> Iterator[None]:
    """So few rows are read fastest one by one; that the index can serve is what is asked."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("firmament_app",)
        yield


def plan(sql: Sql) -> str:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (COSTS OFF) " + sql.text, sql.parameters)
        return "\n".join(line for (line,) in cursor.fetchall())


def reach(actor: Actor) -> Sql:
    found = reach_of(actor, entries_within(actor, None))
    assert found is not None
    return found


def test_the_nearest_come_from_the_index_of_neighbours(
    minilm: None, without_reading_all: None, alice: Actor, make: Callable[..., Client]
) -> None:
    make("Zephyr Bakeries")
    prepare_near()

    near = by_meaning([1.0] + [0.0] * (DIMENSIONS - 1), embedder(), reach(alice), exact=False)
    each = by_meaning([1.0] + [0.0] * (DIMENSIONS - 1), embedder(), reach(alice), exact=True)

    assert "Index Scan using search_chunk_nearest" in plan(near)
    assert "search_chunk_nearest" not in plan(each), "of few vectors each is compared"


def test_both_ways_to_the_nearest_and_to_the_words_find_the_same(
    minilm: None, alice: Actor, make: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = Random(1)
    for number in range(40):
        make(f"Zephyr {number}", notes="A note.")
    ids = list(Chunk.objects.values_list("pk", flat=True))
    write_vectors(ids, [[dice.gauss(0, 1) for _ in range(DIMENSIONS)] for _ in ids], code=embedder().code)
    assert count_waiting() == 0
    monkeypatch.setattr(type(embedder()), "floor", -1.0)
    asked = [dice.gauss(0, 1) for _ in range(DIMENSIONS)]
    question = read_question("zephyr")
    prepare_near()

    near = rows(by_meaning(asked, embedder(), reach(alice), exact=False))
    leakproof = rows(by_words(question, reach(alice)))
    assert "search_matches" not in by_words(question, reach(alice)).text
    monkeypatch.setattr("firmament.kernel.search.words.in_force", lambda: (True, False))

    assert "search_matches" in by_words(question, reach(alice)).text
    assert near == rows(by_meaning(asked, embedder(), reach(alice), exact=True))
    assert leakproof == rows(by_words(question, reach(alice)))
    assert len(near) == len(ids)


@pytest.mark.parametrize("dense", [False, True])
def test_of_frequent_words_what_holds_them_in_its_title_is_ranked_whatever_else_holds_them(
    alice: Actor, make: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, dense: bool
) -> None:
    for number in range(6):
        make(f"Client {number}", notes="Asked about Zephyr once more.")
    named = make("Zephyr Bakeries")
    question = replace(read_question("zephyr "), frequent=True, dense=dense)
    monkeypatch.setattr("firmament.kernel.search.words.RANKED_AT_MOST", 3)

    leakproof = rows(by_words(question, reach(alice)))
    monkeypatch.setattr("firmament.kernel.search.words.in_force", lambda: (True, False))
    definer = rows(by_words(question, reach(alice)))

    for found in (leakproof, definer):
        assert object_of(found[0]) == named.pk
        assert len(found) == 4


def test_what_is_not_to_be_seen_takes_no_place_among_what_is_ranked(
    alice: Actor, make: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = [make(f"Zephyr {number}") for number in range(5)]
    seen = make("Zephyr Bakeries")
    within = reach(alice)
    only = Sql(f"({within.text}) AND search_entry.object_id = %s", (*within.parameters, seen.pk))
    monkeypatch.setattr("firmament.kernel.search.words.RANKED_AT_MOST", 1)
    monkeypatch.setattr("firmament.kernel.search.words.TITLED_AT_MOST", 1)

    found = rows(by_words(replace(read_question("zephyr "), frequent=True, dense=True), only))

    assert hidden
    assert [object_of(row) for row in found] == [seen.pk]


def object_of(row: object) -> object:
    return Entry.objects.get(pk=row[0]).object_id


def rows(sql: Sql | None) -> list[object]:
    assert sql is not None
    with connection.cursor() as cursor:
        cursor.execute(sql.text, sql.parameters)
        return list(cursor.fetchall())
