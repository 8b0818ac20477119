"""A page of versions: what there is, what changed between any two, and which may be brought back."""

import pytest
from django.http import Http404
from django.test import RequestFactory

from firmament.kernel.testing.things.models import ThingVersion
from firmament.kernel.versions.actions import restore
from firmament.kernel.versions.tests.factories import make_thing, write
from firmament.kernel.web.history import SHOWN, history_of, version_asked_for


def request_of(actor, query: str = "", **posted):
    request = RequestFactory().post(f"/?{query}", posted) if posted else RequestFactory().get(f"/?{query}")
    request.actor = actor
    return request


def shown(actor, thing, query: str = "", **further):
    return history_of(request_of(actor, query), thing, ThingVersion, **further)


def test_the_newest_stands_first_and_the_last_change_is_shown(alice, bob) -> None:
    thing = make_thing(alice, "The fee is 10")
    write(bob, thing, "The fee is 12", note="Dearer")
    restore(alice, ThingVersion.objects.get(subject=thing, number=1))

    history = shown(alice, thing, restore_url="/restore/")

    assert [(row.number, row.author, row.restored_from, row.latest) for row in history.rows] == [
        (3, "Alice Partner", 1, True),
        (2, "Bob Staff", 0, False),
        (1, "Alice Partner", 0, False),
    ]
    assert history.rows[1].note == "Dearer"
    assert history.comparison is not None
    assert (history.comparison.before, history.comparison.after) == (2, 3)
    assert [field.label for field in history.comparison.fields] == ["text"]


def test_any_two_are_compared_in_the_rooms_own_words(alice) -> None:
    thing = make_thing(alice, "one", "two", "three")

    history = shown(alice, thing, "from=1&to=3", fields=lambda content: {"What it says": content["text"]})

    (field,) = history.comparison.fields
    assert field.label == "What it says"
    assert [(line.kind, line.text) for line in field.lines] == [("removed", "one"), ("added", "three")]


@pytest.mark.parametrize(
    "query", ["from=x&to=-1", "from=99&to=98", "to=999999999999", "from=0&to=0", "before=x"]
)
def test_numbers_that_are_none_are_answered_with_what_there_is(alice, query) -> None:
    history = shown(alice, make_thing(alice, "one", "two"), query)

    assert history.comparison is not None
    assert history.latest == 2


def test_one_version_or_none_has_nothing_to_compare(alice) -> None:
    assert shown(alice, make_thing(alice, "one")).comparison is None
    assert shown(alice, make_thing(alice)).rows == ()


def test_a_long_history_is_read_in_pages_and_costs_the_same(alice, queries) -> None:
    short, long = make_thing(alice, "one", "two"), make_thing(alice, *map(str, range(SHOWN + 5)))
    shown(alice, short)  # what the reader may do is asked once in a transaction
    with queries() as one:
        shown(alice, short)

    with queries() as many:
        first = shown(alice, long)
    second = shown(alice, long, first.older_url.removeprefix("?"))

    assert many.count == one.count <= 3
    assert [row.number for row in first.rows] == list(range(55, 5, -1))
    assert [row.number for row in second.rows] == [5, 4, 3, 2, 1]
    assert (second.older_url, second.newest_url) == ("", "?")


def test_the_button_names_a_version_of_this_thing(alice) -> None:
    thing, other = make_thing(alice, "one", "two"), make_thing(alice, "one")

    found = version_asked_for(request_of(alice, number="2"), thing, ThingVersion)

    assert found.number == 2
    for number in ("2", "x", ""):
        with pytest.raises(Http404):
            version_asked_for(request_of(alice, number=number), other, ThingVersion)
