"""What is wrong with a wording is found when it is saved, with its place and what was meant."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmament.kernel.wording.analysis import check, missing_values
from firmament.kernel.wording.render import WordingError, render
from firmament.kernel.wording.vocabulary import (
    Term,
    declare_vocabulary,
    known_paths,
    sample_context,
    vocabulary,
)

KNOWN = {"client.name", "client.vat_id", "client.tags", "due_on", "note"}


def test_variables_and_nested_snippets_are_found():
    found = check(
        "{{ client.name }}{% for t in client.tags %}{{ t.x }}{{ forloop.index }}{% endfor %}"
        '{% assign y = due_on %}{{ y }}{% snippet "hello" %}',
        known=KNOWN,
    )

    assert found.variables == ("client.name", "client.tags", "due_on")
    assert found.partials == ("hello",)


@pytest.mark.parametrize(
    ("source", "line", "column", "words"),
    [
        ("Dear\n{{ clinet.name }}", 2, 4, "Did you mean “client.name”?"),
        ("{{ due_on | dat }}", 1, 13, "Did you mean “date”?"),
        ("{{ note | append: clientname }}", 1, 19, "client.name"),
        ("{{ client }}", 1, 4, "“client”"),
        ("{{ due_on.year }}", 1, 4, "due_on.year"),
        ("{{ client[note] }}", 1, 4, "only known when"),
        ('{% assign k = "name" %}{{ client[k] }}', 1, 27, "only known when"),
        ("{{ later }}{% assign later = 1 %}", 1, 4, "later"),
        ("{% if client.nam == 1 %}{% endif %}", 1, 7, "client.name"),
        ("{{ client.name ", 1, 1, "never closed"),
        ("x\n{% if note %}", None, None, "cannot be read"),
        ("{% include 'x' %}", 1, 4, "include"),
        ("{% raw %}{{ x }}{% endraw %}", 1, 4, "raw"),
        ("{% snippet note %}", 1, 4, "in quotes"),
        ('{% snippet "a" with note %}', 1, 4, "in quotes"),
    ],
)
def test_a_fault_is_named_with_its_place(source, line, column, words):
    with pytest.raises(WordingError) as fault:
        check(source, known=KNOWN)

    assert (fault.value.line, fault.value.column) == (line, column)
    assert words in str(fault.value)


def test_what_liquid_says_of_a_known_value_is_known():
    source = "{{ client.name.size }}{{ client.tags.first }}{{ client.tags[0] }}{{ client['name'] }}"

    check(source, known=KNOWN)


def test_a_fault_in_a_nested_snippet_names_the_snippet():
    with pytest.raises(WordingError, match="In the snippet “b”: Line 1, column 4") as fault:
        check('{% snippet "a" %}', known=KNOWN, partials={"a": '{% snippet "b" %}', "b": "{{ x }}"}.get)

    assert fault.value.snippet == "b"


def test_a_circle_is_named_also_when_it_closes_in_the_text_being_saved():
    saved = {"a": "what a said before", "b": '{% snippet "a" %}'}

    with pytest.raises(WordingError, match="a → b → a"):
        check('{% snippet "b" %}', known=KNOWN, partials=saved.get, key="a")


def test_five_snippets_deep_is_allowed_and_six_are_not():
    chain = {str(n): f'{n}{{% snippet "{n + 1}" %}}' for n in range(1, 5)} | {"5": "five"}
    deeper = chain | {"5": '{% snippet "6" %}', "6": "six"}

    assert check('{% snippet "1" %}', known=(), partials=chain.get).partials == ("1", "2", "3", "4", "5")
    assert render('{% snippet "1" %}', {}, partials=chain) == "1234five"
    with pytest.raises(WordingError, match="5 deep"):
        check('{% snippet "1" %}', known=(), partials=deeper.get)
    with pytest.raises(WordingError, match="5 deep"):
        render('{% snippet "1" %}', {}, partials=deeper)


def test_a_snippet_that_is_not_there_is_refused():
    with pytest.raises(WordingError, match="There is no snippet “gone”"):
        check('{% snippet "gone" %}', known=(), partials={}.get)


def test_many_snippets_within_many_snippets_are_each_looked_at_once_a_level():
    asked = []
    sources = {str(n): "".join(f'{{% snippet "{m}" %}}' for m in range(n + 1, 21)) for n in range(21)}

    with contextlib.suppress(WordingError):
        check(sources["0"], known=(), partials=lambda key: asked.append(key) or sources[key])

    assert len(asked) <= 20 * 5


def test_values_that_leave_a_hole_are_missing_and_those_asked_about_are_not():
    source = (
        "{{ client.name }}{{ due_on | date }}{% if client.vat_id %}{{ client.vat_id }}{% endif %}"
        '{{ note | default: "-" }}{% snippet "s" %}'
    )
    partials = {"s": "{{ me.title }}"}

    assert missing_values(source, {}, partials=partials) == ["client.name", "due_on", "me.title"]
    context = {"client": {"name": ""}, "due_on": None, "me": {"title": "Partner"}}
    assert missing_values(source, context, partials=partials) == ["client.name", "due_on"]
    assert missing_values(source, context, partials=partials, optional={"due_on"}) == ["client.name"]
    assert missing_values(check("{{ client.tags[0] }}", known=None), {"client": {"tags": ["a"]}}) == []


def test_the_vocabulary_shows_itself_by_samples(client_vocabulary):
    declare_vocabulary("client", {"city": "The client’s town", "zip": Term(label="Postcode", sample="1010")})

    assert {"client.name", "client.city", "me.email", "firm.website"} <= known_paths()
    assert list(vocabulary()) == sorted(vocabulary())
    text = render("{{ client.name }}, {{ client.zip }} {{ client.city }}", sample_context())
    assert text == "Ana & Co, 1010 The client’s town"


@given(
    st.text(alphabet="{}%|.[]()'\": abcfor=1-\n", max_size=60),
    st.text(alphabet='{% snipet"a}|.', max_size=40),
)
def test_any_source_is_checked_or_refused_in_plain_words(source, nested):
    for text in (source, nested, f'{source}{{% snippet "a" %}}'):
        try:
            check(text, known={"a"}, partials={"a": nested}.get)
        except WordingError as error:
            assert str(error)
        else:
            with contextlib.suppress(WordingError):
                assert missing_values(text, {"a": "1"}, partials={"a": nested}) == []


def test_whether_there_is_somebody_may_be_asked_and_asks_for_nothing():
    source = "{% if client %}{{ client.name }}{% elsif note %}{{ note }}{% endif %}{% unless client %}-{% endunless %}"

    found = check(source, known=KNOWN)

    assert found.needed == ()
    assert found.variables == ("client", "client.name", "note")
    assert render(source, {"client": None, "note": "x"}) == "x-"
    assert render(source, {"client": {"name": "Ana"}}) == "Ana"


@pytest.mark.parametrize("source", ["{% if client %}{{ client }}{% endif %}", "{% if clients %}{% endif %}"])
def test_a_group_is_only_asked_about_and_only_one_that_there_is(source):
    with pytest.raises(WordingError):
        check(source, known=KNOWN)
