"""Snippets within snippets."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from firmament.kernel.wording.filling import Place
from firmament.modules.snippets.actions.governing import activate_snippet, archive_snippet
from firmament.modules.snippets.actions.writing import change_snippet, create_snippet
from firmament.modules.snippets.models import SnippetInclude
from firmament.modules.snippets.tests.factories import draft_of, fill, make_draft, make_snippet

NOTE = Place(channel="note")


def chain(actor, length):
    """So many snippets, each within the next; the innermost first."""
    made = [make_snippet(actor, "the end", key="link-0")]
    for number in range(1, length):
        body = f"{number} {{% snippet 'link-{number - 1}' %}}"
        made.append(make_snippet(actor, body, key=f"link-{number}"))
    return made


def test_five_within_each_other_are_filled_in_and_a_sixth_is_refused(alice):
    made = chain(alice, 6)

    text = fill(alice, made[-1], values={}, place=NOTE).text

    assert text == "5 4 3 2 1 the end"
    with pytest.raises(ValidationError, match="more than 5 deep"):
        create_snippet(alice, make_draft("{% snippet 'link-5' %}"))


def test_too_deep_is_counted_from_the_outermost_one_too(alice):
    made = chain(alice, 6)
    make_snippet(alice, "inner", key="inner")

    with pytest.raises(ValidationError, match="more than 5 deep"):
        change_snippet(alice, made[0], draft_of(made[0], bodies={"en": "{% snippet 'inner' %}"}), based_on=1)


def test_a_circle_is_refused_and_named(alice):
    first, _second, third = chain(alice, 3)

    with pytest.raises(ValidationError, match="link-0 → link-2 → link-1 → link-0"):
        change_snippet(alice, first, draft_of(first, bodies={"en": "{% snippet 'link-2' %}"}), based_on=1)
    with pytest.raises(ValidationError, match="link-2 → link-2"):
        change_snippet(alice, third, draft_of(third, bodies={"en": "{% snippet 'link-2' %}"}), based_on=1)


def test_a_key_that_is_not_there_is_refused(alice):
    with pytest.raises(ValidationError, match="There is no snippet “nowhere”"):
        create_snippet(alice, make_draft("{% snippet 'nowhere' %}"))


def test_a_shared_text_contains_only_what_everybody_who_has_it_has(alice):
    make_snippet(alice, "mine", key="sign-off")

    with pytest.raises(ValidationError, match="everybody who has this one"), transaction.atomic():
        create_snippet(alice, make_draft("{% snippet 'sign-off' %}", reach="firm"))

    make_snippet(alice, "ours", key="sign-off", reach="firm")
    firm_wide = make_snippet(alice, "{% snippet 'sign-off' %}", reach="firm")
    own = make_snippet(alice, "{% snippet 'sign-off' %}")
    assert fill(alice, firm_wide, values={}, place=NOTE).text == "ours"
    assert fill(alice, own, values={}, place=NOTE).text == "mine"


def test_what_clients_read_contains_no_internal_note_that_nobody_approved(alice):
    make_snippet(alice, "between us", key="internal", reach="firm")

    with pytest.raises(ValidationError, match="internal notes only"):
        create_snippet(alice, make_draft("{% snippet 'internal' %}", reach="firm", contexts=("email",)))


def test_what_others_contain_is_neither_archived_nor_taken_from_their_readers(alice):
    inner = make_snippet(alice, key="inner", reach="firm")
    make_snippet(alice, "{% snippet 'inner' %}", reach="firm")

    with pytest.raises(ValidationError, match="1 snippet in use contains this one"):
        archive_snippet(alice, inner)
    with pytest.raises(ValidationError, match="contains this one"):
        change_snippet(alice, inner, draft_of(inner, reach="private"), based_on=1)


def test_a_text_is_not_in_use_before_all_it_contains_is(alice):
    inner = make_snippet(alice, key="inner", used=False)
    outer = make_snippet(alice, "{% snippet 'inner' %}", used=False)

    with pytest.raises(ValidationError, match="not in use yet: inner"):
        activate_snippet(alice, outer)
    activate_snippet(alice, inner)
    activate_snippet(alice, outer)

    outer.refresh_from_db()
    assert outer.state == "active"


def test_a_new_version_of_what_is_contained_is_read_everywhere_once_it_is_in_use(alice):
    inner = make_snippet(alice, "old", key="inner")
    outer = make_snippet(alice, "{% snippet 'inner' %}")
    change_snippet(alice, inner, draft_of(inner, bodies={"en": "new"}), based_on=1)
    assert fill(alice, outer, values={}, place=NOTE).text == "old"

    activate_snippet(alice, inner)

    assert fill(alice, outer, values={}, place=NOTE).text == "new"


def test_what_a_version_contains_is_noted_with_its_number(alice):
    inner = make_snippet(alice, key="inner")
    outer = make_snippet(alice, "{% snippet 'inner' %}")
    change_snippet(alice, outer, draft_of(outer, bodies={"en": "plain"}), based_on=1)

    assert list(SnippetInclude.objects.filter(included=inner).values_list("snippet", "number")) == [
        (outer.pk, 1)
    ]
