"""Folders: a tree, whatever people do to it and however many of them at once."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmament.kernel.labels.areas import folder_area
from firmament.kernel.labels.checks import faults_of_area
from firmament.kernel.labels.folders import (
    delete_folder,
    flat,
    folder_at,
    folder_paths,
    folder_tree,
    make_folder,
    move_folder,
    rename_folder,
    with_all_below,
)
from firmament.kernel.labels.models import Folder
from firmament.kernel.policies.decide import Denied
from firmament.kernel.testing.at_once import Crowd, crowd
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.testing.things.models import Thing
from firmament.kernel.versions.tests.factories import make_thing

AREA = "things"


def chain(actor: Any, *names: str) -> list[Folder]:
    """Folders, each in the one before."""
    found: list[Folder] = []
    for name in names:
        found.append(make_folder(actor, area=AREA, name=name, parent=found[-1] if found else None))
    return found


def put(thing: Thing, folder: Folder | None) -> None:
    Thing.objects.filter(pk=thing.pk).update(folder=folder)


def drawn() -> list[str]:
    return [
        f"{'  ' * (node.depth - 1)}{node.name} {node.own}/{node.count}"
        for node in flat(folder_tree(AREA, content=Thing.objects.all()))
    ]


def test_a_tree_is_read_in_one_query_with_what_lies_in_it(alice, queries) -> None:
    letters, tax, _year = chain(alice, "Letters", "Tax", "2026")
    law = make_folder(alice, area=AREA, name="Law")
    make_folder(alice, area="elsewhere", name="Other")
    for folder in (letters, tax, tax, None):
        put(make_thing(alice), folder)

    with queries() as asked:
        lines = drawn()

    assert lines == ["Letters 1/3", "  Tax 2/2", "    2026 0/0", "Law 0/0"]
    assert asked.count == 1
    assert law.position == 1


def test_counts_are_of_what_the_reader_may_see(alice) -> None:
    (letters,) = chain(alice, "Letters")
    shown = make_thing(alice)
    for thing in (shown, make_thing(alice)):
        put(thing, letters)

    (node,) = folder_tree(AREA, content=Thing.objects.filter(pk=shown.pk))

    assert (node.own, folder_tree(AREA)[0].own) == (1, 0)


def test_a_folder_with_all_below(alice) -> None:
    _letters, tax, year = chain(alice, "Letters", "Tax", "2026")

    assert set(with_all_below(tax)) == {tax.pk, year.pk}


def test_neighbours_have_different_names_and_cousins_need_not(alice) -> None:
    letters, _tax = chain(alice, "Letters", "Tax")

    with pytest.raises(ValidationError, match="already a folder of this name"):
        make_folder(alice, area=AREA, name="  LETTERS ")
    with pytest.raises(ValidationError, match="already a folder of this name"):
        make_folder(alice, area=AREA, name="tax", parent=letters)
    make_folder(alice, area=AREA, name="Tax")
    make_folder(alice, area="elsewhere", name="Letters")


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "nul\x00"])
def test_an_impossible_name_is_refused(alice, name: str) -> None:
    with pytest.raises(ValidationError):
        make_folder(alice, area=AREA, name=name)

    assert not Folder.objects.of(AREA).exists()


def test_a_folder_is_renamed_once_in_the_ledger(alice, ledger) -> None:
    (letters,) = chain(alice, "Letters")
    ledger.forget()

    rename_folder(alice, letters, name="Our letters")
    rename_folder(alice, letters, name="Our  letters")

    assert ledger.codes() == ["labels.folder_renamed"]
    assert drawn() == ["Our letters 0/0"]


def test_a_folder_moves_with_everything_in_it_to_its_place(alice, ledger) -> None:
    _letters, tax, _year = chain(alice, "Letters", "Tax", "2026")
    law = make_folder(alice, area=AREA, name="Law")
    ledger.forget()

    move_folder(alice, tax, parent=None, position=1)

    assert drawn() == ["Letters 0/0", "Tax 0/0", "  2026 0/0", "Law 0/0"]
    assert ledger.codes() == ["labels.folder_moved"]
    move_folder(alice, law, parent=None, position=0)
    assert [node.name for node in folder_tree(AREA)] == ["Law", "Letters", "Tax"]


def test_a_folder_is_not_moved_into_itself_nor_into_what_lies_in_it(alice) -> None:
    letters, tax, year = chain(alice, "Letters", "Tax", "2026")

    for inside in (letters, tax, year):
        with pytest.raises(ValidationError, match="into itself"):
            move_folder(alice, letters, parent=inside)

    assert drawn() == ["Letters 0/0", "  Tax 0/0", "    2026 0/0"]


def test_the_tree_is_eight_deep_and_no_deeper_however_it_is_reached(alice) -> None:
    eight = chain(alice, *(str(n) for n in range(8)))
    pair = chain(alice, "a", "b")

    with pytest.raises(ValidationError, match="eight deep"):
        make_folder(alice, area=AREA, name="nine", parent=eight[-1])
    with pytest.raises(ValidationError, match="eight deep"):
        move_folder(alice, pair[0], parent=eight[6])
    move_folder(alice, pair[0], parent=eight[5])

    assert max(node.depth for node in flat(folder_tree(AREA))) == 8


def test_a_folder_stays_in_its_area(alice) -> None:
    (letters,) = chain(alice, "Letters")
    other = make_folder(alice, area="elsewhere", name="Other")

    with pytest.raises(ValidationError, match="another part of the library"):
        move_folder(alice, letters, parent=other)
    with pytest.raises(IntegrityError), transaction.atomic():
        Folder.objects.filter(pk=letters.pk).update(area="elsewhere")


def test_a_full_folder_is_deleted_only_with_its_content_moved_up(alice, ledger) -> None:
    letters, tax, _year = chain(alice, "Letters", "Tax", "2026")
    thing = make_thing(alice)
    put(thing, tax)
    everything = Thing.objects.all()

    with pytest.raises(ValidationError, match="not empty"):
        delete_folder(alice, tax, content=everything)
    assert delete_folder(alice, tax, content=everything, moving_up=True) == 2

    thing.refresh_from_db()
    assert thing.folder == letters
    assert drawn() == ["Letters 1/1", "  2026 0/0"]
    assert ledger.codes()[-1] == "labels.folder_deleted"


def test_a_folder_whose_child_has_a_namesake_above_is_not_deleted(alice) -> None:
    _letters, tax, _other = chain(alice, "Letters", "Tax", "Letters")
    move_folder(alice, tax, parent=None)

    with pytest.raises(ValidationError, match="already a folder of this name"), transaction.atomic():
        delete_folder(alice, tax, content=Thing.objects.all(), moving_up=True)

    assert drawn() == ["Letters 0/0", "Tax 0/0", "  Letters 0/0"]


def test_who_may_not_manage_folders_changes_nothing(alice, bob, ledger) -> None:
    (letters,) = chain(alice, "Letters")
    ledger.forget()

    for attempt in (
        lambda: make_folder(bob, area=AREA, name="Mine"),
        lambda: rename_folder(bob, letters, name="Mine"),
        lambda: move_folder(bob, letters, parent=None),
        lambda: delete_folder(bob, letters, content=Thing.objects.all()),
    ):
        with pytest.raises(Denied):
            attempt()

    assert (drawn(), ledger.codes()) == (["Letters 0/0"], [])


@pytest.mark.usefixtures("acme")
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 5)), max_size=12))
def test_whatever_is_moved_where_every_folder_is_still_reached_from_the_top(moves) -> None:
    alice = staff_actor("alice@acme.example")
    point = transaction.savepoint()
    folders = [make_folder(alice, area="moves", name=str(n)) for n in range(6)]
    for number, into in moves:
        parent = None if into is None else folders[into]
        with suppress(ValidationError):
            move_folder(alice, folders[number], parent=parent)

    reached = {node.id for node in flat(folder_tree("moves"))}
    transaction.savepoint_rollback(point)

    assert reached == {folder.pk for folder in folders}


@pytest.fixture
def together(django_db_setup: None, django_db_blocker: Any) -> Iterator[Crowd]:
    with django_db_blocker.unblock(), crowd("labels") as made:
        yield made


@pytest.mark.cluster
def test_two_who_move_folders_into_each_other_at_once_make_no_circle(together: Crowd) -> None:
    def alice() -> Any:
        return staff_actor("alice@acme.example")

    pairs = together.alone(
        lambda: [[make_folder(alice(), area=AREA, name=f"{side}{n}") for side in "ab"] for n in range(10)]
    )

    for one, other in pairs:
        answers = together.at_once(
            lambda: move_folder(alice(), one, parent=other),  # noqa: B023 - run before the next turn
            lambda: move_folder(alice(), other, parent=one),  # noqa: B023
        )
        assert sum(isinstance(answer, ValidationError) for answer in answers) == 1, answers

    assert len(together.alone(lambda: flat(folder_tree(AREA)))) == 20


def test_a_folder_is_found_by_its_names_and_made_where_it_is_missing(alice) -> None:
    made = folder_at(alice, area=AREA, path=("Letters", "Year end"))
    again = folder_at(alice, area=AREA, path=("letters", " year  END"))

    assert again == made
    assert folder_paths(AREA)[made.pk] == ("Letters", "Year end")
    assert folder_at(alice, area=AREA, path=()) is None


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"url_name": "nowhere:list"}, "labels.E003"),
        ({"url_name": "firms:person"}, "labels.E003"),
        ({"through": "client_id"}, "labels.E004"),
        ({"through": "shelf"}, "labels.E004"),
        ({"label": "things.nothing"}, "labels.E004"),
    ],
)
def test_folders_that_lead_nowhere_are_found_at_start(said, fault) -> None:
    assert [problem.id for problem in faults_of_area(replace(folder_area(AREA), **said))] == [fault]
    assert [*faults_of_area(folder_area(AREA))] == []
