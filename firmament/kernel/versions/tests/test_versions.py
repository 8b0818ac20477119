"""Versions: numbered without gaps, never lost, never changed."""

from typing import ClassVar

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.models import ProtectedError

from firmament.kernel.tenancy.catalogue import violations
from firmament.kernel.testing.things.models import Thing, ThingVersion
from firmament.kernel.versions.actions import Conflict, Kept, add_version, bring_version, restore
from firmament.kernel.versions.checks import faults, version_models
from firmament.kernel.versions.models import VersionModel
from firmament.kernel.versions.tests.factories import make_thing, write
from firmament.lib.canonical import checksum


def numbers(thing: Thing) -> list[int]:
    return list(ThingVersion.objects.of(thing).values_list("number", flat=True))


def test_versions_count_up_from_one_with_author_note_and_checksum(alice) -> None:
    thing = make_thing(alice, "one")

    second = write(alice, thing, "two", note="Shorter")

    assert numbers(thing) == [2, 1]
    assert (second.author_id, second.note) == (alice.membership_id, "Shorter")
    assert second.checksum == checksum({"text": "two"})
    assert ThingVersion.objects.latest_of(thing) == second


def test_the_same_content_again_is_no_new_version(alice) -> None:
    thing = make_thing(alice, "one")

    again = add_version(alice, thing, ThingVersion, content={"text": "one"}, note="Nothing really")

    assert (again.number, numbers(thing)) == (1, [1])


def test_what_jsonb_gives_back_has_the_checksum_it_went_in_with(alice) -> None:
    thing = make_thing(alice)
    content = {"b": 1.0, "a": [1e-7, 10.50, -0.0, None, True, "é\u2028"], "": {}}

    add_version(alice, thing, ThingVersion, content=content)

    kept = ThingVersion.objects.latest_of(thing)
    assert checksum(kept.content) == kept.checksum


def test_who_worked_from_an_older_version_is_told_both_numbers_and_changes_nothing(alice) -> None:
    thing = make_thing(alice, "one", "two")

    with pytest.raises(Conflict) as refused:
        write(alice, thing, "mine", based_on=1)

    assert (refused.value.based_on, refused.value.latest) == (1, 2)
    assert "version 2 while you worked from version 1" in refused.value.messages[0]
    assert numbers(thing) == [2, 1]


def test_restoring_makes_a_new_version_and_says_where_it_came_from(alice, bob) -> None:
    thing = make_thing(alice, "one", "two")
    first = ThingVersion.objects.get(subject=thing, number=1)

    third = restore(bob, first, note="The old one was better")

    assert (third.number, third.content, third.restored_from) == (3, {"text": "one"}, 1)
    assert (third.checksum, third.author_id) == (first.checksum, bob.membership_id)
    assert numbers(thing) == [3, 2, 1]


def test_a_history_from_elsewhere_is_kept_as_it_was_but_by_whom_it_was_brought(alice, bob) -> None:
    thing = make_thing(alice)
    for text, origin in (("one", None), ("one", None), ("two", 1)):
        bring_version(
            bob, thing, ThingVersion, Kept(content={"text": text}, note="there", restored_from=origin)
        )

    rows = ThingVersion.objects.of(thing).values_list("number", "content__text", "restored_from", "author_id")
    me = bob.membership_id
    assert list(rows) == [(3, "two", 1, me), (2, "one", None, me), (1, "one", None, me)]


def test_a_version_brought_from_a_later_one_is_refused(alice) -> None:
    thing = make_thing(alice, "one")

    for origin in (0, 2, 3):
        with pytest.raises(ValidationError):
            bring_version(alice, thing, ThingVersion, Kept(content={"text": "x"}, restored_from=origin))
    assert numbers(thing) == [1]


def test_restoring_what_stands_changes_nothing(alice) -> None:
    thing = make_thing(alice, "one")
    latest = ThingVersion.objects.latest_of(thing)

    assert restore(alice, latest) == latest
    assert numbers(thing) == [1]


@pytest.mark.parametrize("content", [{"n": 2**60}, {"t": "nul\x00"}, {"when": object()}, {"t": "\ud800"}])
def test_what_cannot_be_kept_exactly_is_refused_in_words(alice, content) -> None:
    thing = make_thing(alice)

    with pytest.raises(ValidationError):
        add_version(alice, thing, ThingVersion, content=content)

    assert numbers(thing) == []


def test_the_database_refuses_a_gap(alice) -> None:
    thing = make_thing(alice, "one")

    with pytest.raises(IntegrityError, match="Version 3 cannot follow version 1"), transaction.atomic():
        ThingVersion.objects.create(subject=thing, number=3, content={}, checksum=checksum({}))

    assert numbers(thing) == [1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE things_thingversion SET note = 'x'",
        "DELETE FROM things_thingversion",
        "TRUNCATE things_thingversion",
    ],
)
def test_the_application_may_not_touch_a_version(alice, statement: str) -> None:
    thing = make_thing(alice, "one")

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert numbers(thing) == [1]


def test_what_has_versions_cannot_be_deleted(alice) -> None:
    thing = make_thing(alice, "one")

    with pytest.raises(ProtectedError):
        thing.delete()

    assert numbers(thing) == [1]


def test_every_table_of_versions_carries_its_triggers_and_constraints(db) -> None:
    """The catalogue's own sentence names a table whose trigger is missing or off; nothing is named."""
    assert {model.__name__ for model in version_models()} >= {"ThingVersion", "PactVersion"}
    assert [fault for model in version_models() for fault in faults(model)] == []
    assert violations(connection) == []


def test_a_table_of_versions_that_could_lose_one_fails_the_checks() -> None:
    class Careless(VersionModel):
        append_only = False
        subject = models.ForeignKey(Thing, on_delete=models.CASCADE, related_name="+")

        class Meta:
            app_label = "things"
            constraints: ClassVar = []

    found = list(faults(Careless))
    Thing._meta.apps.all_models["things"].pop("careless")
    Thing._meta.apps.clear_cache()

    assert {fault.id for fault in found} == {"versions.E001", "versions.E003"}
    # Not written down by the room, and there all the same.
    assert any(constraint.name.endswith("careless_number_once") for constraint in Careless._meta.constraints)
