"""Many people use, restore and nest the same wording at the same moment, in transactions that really commit."""

import threading
import time

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from firmament.kernel.policies.decide import Denied
from firmament.kernel.testing.at_once import crowd
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.versions.actions import Conflict
from firmament.kernel.wording.filling import Place
from firmament.modules.insertions.actions import insert_snippet
from firmament.modules.insertions.models import SnippetDay, SnippetUse
from firmament.modules.snippets.actions.governing import archive_snippet
from firmament.modules.snippets.actions.writing import change_snippet, restore_version, rewrite_snippet
from firmament.modules.snippets.models import Snippet, SnippetVersion
from firmament.modules.snippets.tests.factories import draft_of, make_snippet

pytestmark = pytest.mark.cluster


@pytest.fixture
def together(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), crowd("snippets") as made:
        yield made


def alice():
    return staff_actor("alice@acme.example")


def made_by_alice(together, *bodies, **said):
    def make():
        snippet = make_snippet(alice(), bodies[0], reach="firm", **said)
        for number, body in enumerate(bodies[1:], 1):
            change_snippet(alice(), snippet, draft_of(snippet, bodies={"en": body}), based_on=number)
        return Snippet.objects.get(pk=snippet.pk)

    return together.alone(make)


def wait_until_somebody_waits():
    with connection.cursor() as cursor:
        for _ in range(6_000):
            cursor.execute("SELECT FROM pg_locks WHERE NOT granted LIMIT 1")
            if cursor.fetchone() is not None:
                return
            time.sleep(0.01)


def test_a_hundred_insertions_at_once_are_counted_a_hundred_times(together):
    snippet = made_by_alice(together, "Good day.")

    def insert():
        return insert_snippet(
            staff_actor("bob@acme.example"), snippet.pk, values={}, place=Place(channel="note")
        )

    answers = together.at_once(*[insert] * 100)

    assert [answer for answer in answers if isinstance(answer, Exception)] == []

    def counted():
        return (
            Snippet.objects.get(pk=snippet.pk).use_count,
            SnippetUse.objects.filter(snippet=snippet).count(),
            [day.uses for day in SnippetDay.objects.filter(snippet=snippet)],
        )

    assert together.alone(counted) == (100, 100, [100])


def test_what_is_archived_while_an_insertion_waits_is_not_inserted(together):
    snippet = made_by_alice(together, "Good day.")
    archived = threading.Event()

    def archive():
        archive_snippet(alice(), snippet)
        archived.set()
        wait_until_somebody_waits()

    def insert():
        archived.wait(60)
        return insert_snippet(alice(), snippet.pk, values={}, place=Place(channel="note"))

    _archived, answer = together.at_once(archive, insert)

    assert isinstance(answer, Denied)
    assert together.alone(SnippetUse.objects.count) == 0


def test_fifty_restores_at_once_leave_no_gap_and_lose_nothing(together):
    snippet = made_by_alice(together, "One.", "Two.", "Three.")

    def restoring(number):
        return lambda: restore_version(alice(), snippet, number=number % 2 + 1, note=f"by {number}")

    answers = together.at_once(*(restoring(number) for number in range(50)))

    assert [answer for answer in answers if isinstance(answer, Exception)] == []

    def after():
        versions = list(SnippetVersion.objects.filter(subject=snippet).order_by("number"))
        return Snippet.objects.get(pk=snippet.pk).latest_number, versions

    latest, versions = together.alone(after)
    assert [version.number for version in versions] == list(range(1, 54))
    assert latest == 53
    assert {version.note for version in versions[3:]} == {f"by {number}" for number in range(50)}


def test_two_who_put_each_into_the_other_make_no_circle_together(together):
    first = made_by_alice(together, "first", key="first")
    second = made_by_alice(together, "second", key="second")

    def put(inner, outer):
        body = {"en": f"{{% snippet '{inner.key}' %}}"}
        return lambda: change_snippet(alice(), outer, draft_of(outer, bodies=body), based_on=1)

    answers = together.at_once(put(first, second), put(second, first))

    assert {type(answer) for answer in answers} == {Snippet, ValidationError}


def test_a_library_is_brought_while_somebody_nests_what_it_brings(together):
    inner = made_by_alice(together, "inner", key="inner")
    outer = made_by_alice(together, "outer", key="outer")
    other = made_by_alice(together, "other", key="other")
    nested = {"en": f"{{% snippet '{inner.key}' %}}"}
    begun = threading.Event()

    def bring():
        rewrite_snippet(alice(), other, draft_of(other, bodies=nested))
        begun.set()
        wait_until_somebody_waits()
        return rewrite_snippet(alice(), outer, draft_of(outer, bodies={"en": "brought"}))

    def nest():
        begun.wait(60)
        return change_snippet(alice(), outer, draft_of(outer, bodies=nested), based_on=1)

    brought, nesting = together.at_once(bring, nest)

    assert isinstance(brought, SnippetVersion)
    # What was brought came first, and is not lost.
    assert isinstance(nesting, Conflict)
