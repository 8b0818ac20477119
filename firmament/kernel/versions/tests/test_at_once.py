"""Many people write and restore the same thing at the same moment, in transactions that really commit."""

from collections.abc import Iterator
from typing import Any

import pytest

from firmament.kernel.testing.at_once import Crowd, crowd
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.testing.things.models import Thing, ThingVersion
from firmament.kernel.versions.actions import Conflict, restore
from firmament.kernel.versions.tests.factories import make_thing, write

pytestmark = pytest.mark.cluster


@pytest.fixture
def together(django_db_setup: None, django_db_blocker: Any) -> Iterator[Crowd]:
    with django_db_blocker.unblock(), crowd("versions") as made:
        yield made


def thing_of(crowd: Crowd, *texts: str) -> Thing:
    found: Thing = crowd.alone(lambda: make_thing(staff_actor("alice@acme.example"), *texts))
    return found


def history(crowd: Crowd, thing: Thing) -> list[ThingVersion]:
    found: list[ThingVersion] = crowd.alone(
        lambda: list(ThingVersion.objects.filter(subject=thing).order_by("number"))
    )
    return found


def test_fifty_restores_at_once_are_fifty_versions_without_a_gap(together: Crowd) -> None:
    texts = [f"text {n}" for n in range(5)]
    thing = thing_of(together, *texts)
    versions = history(together, thing)

    def restoring(number: int) -> Any:
        return lambda: restore(staff_actor("bob@acme.example"), versions[number % 4], note=f"by {number}")

    answers = together.at_once(*(restoring(number) for number in range(50)))

    after = history(together, thing)
    assert [version.number for version in after] == list(range(1, 56))
    assert sorted(answer.number for answer in answers) == list(range(6, 56))
    assert {version.note for version in after[5:]} == {f"by {number}" for number in range(50)}
    assert all(version.content == versions[version.restored_from - 1].content for version in after[5:])


def test_of_twenty_who_began_from_the_same_version_one_is_through_and_all_others_are_told(
    together: Crowd,
) -> None:
    thing = thing_of(together, "one")

    def writing(number: int) -> Any:
        return lambda: write(staff_actor("bob@acme.example"), thing, f"by {number}", based_on=1)

    answers = together.at_once(*(writing(number) for number in range(20)))

    assert sum(isinstance(answer, ThingVersion) for answer in answers) == 1
    assert sum(isinstance(answer, Conflict) and answer.latest == 2 for answer in answers) == 19
    assert [version.number for version in history(together, thing)] == [1, 2]


def test_twenty_who_write_without_saying_where_they_began_are_all_kept(together: Crowd) -> None:
    thing = thing_of(together)

    def writing(number: int) -> Any:
        return lambda: write(staff_actor("bob@acme.example"), thing, f"by {number}")

    together.at_once(*(writing(number) for number in range(20)))

    after = history(together, thing)
    assert [version.number for version in after] == list(range(1, 21))
    assert {version.content["text"] for version in after} == {f"by {number}" for number in range(20)}
