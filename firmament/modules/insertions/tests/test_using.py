"""Uses: counted exactly, measured, and without a word of what was filled in."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from firmament.kernel.policies.decide import Denied
from firmament.kernel.wording.errors import MissingValues
from firmament.kernel.wording.filling import Place
from firmament.lib.instant import at, now
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.insertions.actions import (
    attach_uses,
    forget_fingerprints,
    insert_snippet,
    measure_uses,
)
from firmament.modules.insertions.models import SnippetDay, SnippetUse
from firmament.modules.snippets.actions.governing import deprecate_snippet
from firmament.modules.snippets.models import Snippet
from firmament.modules.snippets.tests.factories import make_snippet, thanks

NOTE = Place(channel="note", name="test")


def test_a_use_says_which_version_who_where_and_for_whom(bob):
    bakery = carlas_bakery()
    place = Place(channel="email", name="documents:request", client_id=bakery.pk)

    inserted = insert_snippet(bob, thanks().pk, values={}, place=place)

    use = SnippetUse.objects.get(pk=inserted.use_id)
    assert inserted.filled.text == f"Thank you, {bakery.name}."
    assert (use.number, use.member_id, use.channel, use.place, use.client_id, use.locale) == (
        1,
        bob.membership_id,
        "email",
        "documents:request",
        bakery.pk,
        "en",
    )


def test_no_value_that_was_filled_in_is_kept_anywhere(bob):
    field = {"name": "secret", "type": "text", "label": "Secret"}
    snippet = make_snippet(bob, "The word is {{ secret }}", fields=[field])

    insert_snippet(bob, snippet.pk, values={"secret": "xyzzyplugh"}, place=NOTE)

    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(("snippets_", "ledger_", "jobs_")):
                cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text ILIKE '%%xyzzyplugh%%'")
                assert cursor.fetchone() == (0,), table


def test_each_use_counts_once_and_so_does_each_snippet_within(bob):
    inner = make_snippet(bob, "inner", key="inner")
    outer = make_snippet(bob, "{% snippet 'inner' %}{% snippet 'inner' %}")

    for _ in range(3):
        insert_snippet(bob, outer.pk, values={}, place=NOTE)

    for snippet in (outer, inner):
        snippet.refresh_from_db()
        assert snippet.use_count == 3
        assert SnippetDay.objects.get(snippet=snippet).uses == 3
    assert SnippetUse.objects.filter(snippet=inner, through__snippet=outer).count() == 3


def test_a_day_is_one_of_the_firms_zone(bob):
    snippet = make_snippet(bob)
    evening = now().replace(hour=23, minute=30)

    with at(evening):
        insert_snippet(bob, snippet.pk, values={}, place=NOTE)

    assert SnippetDay.objects.get(snippet=snippet).on == (evening + timedelta(days=1)).date()


def test_what_cannot_be_filled_in_is_no_use(bob):
    with pytest.raises(MissingValues):
        insert_snippet(bob, thanks().pk, values={}, place=Place(channel="email"))

    assert thanks().use_count == 0


def test_only_wording_in_use_is_inserted_and_only_by_those_who_have_it(alice, bob):
    draft, replaced, private = make_snippet(bob, used=False), make_snippet(bob), make_snippet(alice)
    deprecate_snippet(bob, replaced, replacement=make_snippet(bob))

    for snippet in (draft, replaced, private):
        snippet.refresh_from_db()
        with pytest.raises(Denied):
            insert_snippet(bob, snippet.pk, values={}, place=NOTE)

    assert not SnippetUse.objects.exists()


def test_the_share_of_words_that_survived_is_measured_and_the_hashes_are_forgotten(bob):
    snippet = make_snippet(bob, "Please send us the bank statements of last year by Friday evening.")
    kept, cut, gone = (insert_snippet(bob, snippet.pk, values={}, place=NOTE) for _ in range(3))
    sent = (
        (kept, "Dear Carla, please send us the bank statements of last year by Friday evening. Yours, Bob"),
        (cut, "Please send us the bank statements. Thanks!"),
        (gone, "See you tomorrow."),
    )

    for inserted, text in sent:
        letter = uuid4()
        attach_uses(
            bob,
            [inserted.use_id],
            kind="documents.documentrequest",
            object_id=letter,
            text=inserted.filled.text,
        )
        measure_uses("documents.documentrequest", letter, sent=text)

    whole, part, none = (SnippetUse.objects.get(pk=inserted.use_id) for inserted, _text in sent)
    assert (whole.survived, none.survived) == (1000, 0)
    assert 300 < part.survived < 800
    assert all(use.fingerprint is None and use.sent_at for use in (whole, part, none))
    day = SnippetDay.objects.get(snippet=snippet)
    assert (day.measured, day.survived) == (3, 1000 + part.survived)


def test_what_was_taken_back_before_saving_was_never_used(bob, alice):
    make_snippet(bob, "and the tax office charges a late filing penalty", key="inner")
    outer = make_snippet(bob, "Please send the bank statements {% snippet 'inner' %} by Friday evening.")
    kept, undone = (insert_snippet(bob, outer.pk, values={}, place=NOTE) for _ in range(2))
    letter = {"kind": "documents.documentrequest", "object_id": uuid4()}

    attach_uses(alice, [undone.use_id], **letter, text="")
    attach_uses(bob, [kept.use_id, undone.use_id], **letter, text=f"Dear Carla,\n{kept.filled.text}")
    other = insert_snippet(bob, outer.pk, values={}, place=NOTE)
    attach_uses(
        bob,
        [other.use_id],
        **letter,
        text="Thank you, everything has arrived. We call you tomorrow.",
    )

    left = SnippetUse.objects.filter(through=None)
    assert {use.pk for use in left} == {kept.use_id, undone.use_id}
    for snippet in Snippet.objects.filter(key__in=["inner", outer.key]):
        assert snippet.use_count == 2
        assert SnippetDay.objects.get(snippet=snippet).uses == 2
        assert snippet.last_used_at == max(
            use.created_at for use in SnippetUse.objects.filter(snippet=snippet)
        )


def test_the_only_use_taken_back_leaves_no_trace_in_the_counts(bob):
    snippet = make_snippet(bob)
    inserted = insert_snippet(bob, snippet.pk, values={}, place=NOTE)

    attach_uses(bob, [inserted.use_id], kind="x.y", object_id=uuid4(), text="")

    snippet.refresh_from_db()
    assert (snippet.use_count, snippet.last_used_at) == (0, None)
    assert not SnippetDay.objects.filter(snippet=snippet).exists()
    assert not SnippetUse.objects.filter(snippet=snippet).exists()


def test_nobody_claims_somebody_elses_use(alice, bob):
    inserted = insert_snippet(bob, make_snippet(bob).pk, values={}, place=NOTE)

    attach_uses(alice, [inserted.use_id], kind="x.y", object_id=uuid4(), text=inserted.filled.text)

    assert SnippetUse.objects.get(pk=inserted.use_id).about_id is None


def test_hashes_of_what_nobody_sent_are_dropped_after_thirty_days(bob):
    inserted = insert_snippet(bob, make_snippet(bob).pk, values={}, place=NOTE)
    assert forget_fingerprints() == 0

    with at(now() + timedelta(days=31)):
        assert forget_fingerprints() == 1

    assert SnippetUse.objects.get(pk=inserted.use_id).fingerprint is None


@pytest.mark.parametrize("change", [{"number": 2}, {"checksum": "0" * 64}, {"place": "elsewhere"}])
def test_a_use_stays_as_it_was(bob, change):
    inserted = insert_snippet(bob, make_snippet(bob).pk, values={}, place=NOTE)

    with pytest.raises(IntegrityError, match="stays as it was"), transaction.atomic():
        SnippetUse.objects.filter(pk=inserted.use_id).update(**change)


def test_a_use_is_of_a_version_that_there_is(bob):
    snippet = make_snippet(bob)

    with pytest.raises(IntegrityError, match="no version 7"), transaction.atomic():
        SnippetUse.objects.create(
            snippet=snippet, number=7, checksum="0" * 64, member_id=bob.membership_id, channel="note"
        )


def test_which_clients_were_sent_a_version_is_one_question(bob):
    bakery = carlas_bakery()
    insert_snippet(bob, thanks().pk, values={}, place=Place(channel="email", client_id=bakery.pk))

    found = SnippetUse.objects.filter(snippet=thanks(), number=1).values_list("client", flat=True)

    assert list(found) == [bakery.pk]
