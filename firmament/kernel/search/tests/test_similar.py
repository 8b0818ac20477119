"""Finding what reads alike: exactly, whatever the texts, and nothing one may not see."""

from collections.abc import Callable
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.search.similar import Pair, by_sequences, near_duplicates, sequences
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, Membership
from firmament.modules.clients.models import Client

Make = Callable[..., Client]
KIND = "clients.client"
LETTER = "We kindly ask you to send us the bank statements of the last quarter before the end of this month."


def titles(pairs: list[Pair]) -> list[set[str]]:
    return [{pair.first_title, pair.second_title} for pair in pairs]


def test_the_same_text_in_other_letters_is_a_pair_and_another_text_is_not(alice: Actor, make: Make) -> None:
    make("One", notes=LETTER)
    make("Two", notes=LETTER.upper().replace(".", " !"))
    make("Three", notes="Grows apples and pears on the southern slopes of the valley.")

    (pair,) = near_duplicates(alice, KIND, threshold=1.0)

    assert titles([pair]) == [{"One", "Two"}]
    assert pair.first_id < pair.second_id
    assert (pair.words, pair.meaning, pair.likeness) == (1.0, 0.0, 1.0)


def test_a_changed_word_is_near_and_the_threshold_decides(alice: Actor, make: Make) -> None:
    make("One", notes=LETTER)
    make("Two", notes=LETTER.replace("kindly", "therefore"))

    assert near_duplicates(alice, KIND, threshold=0.9) == []
    (pair,) = near_duplicates(alice, KIND, threshold=0.7)
    assert 0.7 <= pair.words < 0.9


def test_the_same_said_in_other_words_is_a_pair_by_meaning(minilm: None, alice: Actor, make: Make) -> None:
    make("One", notes="Please send us your bank statements for the last quarter.")
    make("One too", notes="Could you send us the bank statements of the last quarter, please?")
    make("Other", notes="Grows apples and pears.")

    pairs = near_duplicates(alice, KIND, threshold=0.8)

    assert titles(pairs) == [{"One", "One too"}]
    assert pairs[0].words < 0.8 <= pairs[0].meaning == pairs[0].likeness


def test_pairs_hold_only_what_the_person_may_see(
    alice: Actor,
    ada: Actor,
    bob: Actor,
    carla: Actor,
    gina: Actor,
    globex: Firm,
    make: Make,
    in_firm: Callable[..., Any],
) -> None:
    make("One", notes=LETTER)
    walled = make("Two", notes=LETTER)
    raise_wall(
        ada, membership=Membership.objects.get(pk=bob.membership_id), client_id=walled.pk, reason="conflict"
    )

    assert len(near_duplicates(alice, KIND)) == 1
    assert near_duplicates(bob, KIND) == []
    assert near_duplicates(carla, KIND) == []
    with in_firm(globex):
        assert near_duplicates(gina, KIND) == []


def test_the_most_alike_come_first_and_no_more_than_asked_for(alice: Actor, make: Make) -> None:
    for name in ("One", "Two", "Three"):
        make(name, notes=LETTER)
    make("Four", notes=LETTER.replace("kindly", "therefore"))

    pairs = near_duplicates(alice, KIND, threshold=0.5)

    assert [pair.likeness for pair in pairs] == sorted((pair.likeness for pair in pairs), reverse=True)
    assert len(pairs) == 6
    assert near_duplicates(alice, KIND, threshold=0.5, limit=2) == pairs[:2]


@pytest.mark.parametrize("threshold", [0, -1, 1.01])
def test_a_threshold_without_sense_is_refused(alice: Actor, threshold: float) -> None:
    with pytest.raises(ValueError, match="threshold"):
        near_duplicates(alice, KIND, threshold=threshold)


TEXTS = st.lists(st.lists(st.sampled_from("abcd"), max_size=12).map(" ".join), max_size=12)


@given(TEXTS, st.floats(0.05, 1.0))
def test_no_pair_is_missed_and_none_is_made_up(texts: list[str], threshold: float) -> None:
    given = {UUID(int=number): sequences(text) for number, text in enumerate(texts)}
    expected = {}
    for one, other in combinations(sorted(given), 2):
        both = given[one] | given[other]
        share = len(given[one] & given[other]) / len(both) if both else 0.0
        if share >= threshold:
            expected[one, other] = share

    assert by_sequences(given, threshold) == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("…", []),
        ("One", [("one",)]),
        ("one TWO", [("one", "two")]),
        ("Één, twee: drie vier", [("een", "twee", "drie"), ("twee", "drie", "vier")]),
    ],
)
def test_a_text_is_read_in_sequences_of_three_words(text: str, found: list[tuple[str, ...]]) -> None:
    assert sequences(text) == frozenset(found)
