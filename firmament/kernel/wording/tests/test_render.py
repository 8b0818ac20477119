"""Wordings: what they can say, and everything they cannot do."""

import contextlib
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils.safestring import mark_safe
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape

from firmament.kernel.wording.analysis import check
from firmament.kernel.wording.budget import OUTPUT_LIMIT
from firmament.kernel.wording.channels import Channel, render_channel
from firmament.kernel.wording.render import Escape, WordingError, render, variables
from firmament.kernel.wording.tests.bombs import CONTEXT, HARMLESS, PARTIALS, REFUSED

STRINGS = Path(__file__).parents[5] / "shared" / "cases" / "strings"

# Server-side template injection, as tried against Jinja2, Twig, Freemarker, Velocity, ERB, Smarty and Liquid.
INJECTIONS = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ name.__class__ }}",
    "{{ name['__class__'] }}",
    "{{ self.__init__.__globals__ }}",
    "{{ config }}",
    "{{ request.application.__globals__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__['os'] }}",
    "{{ ''|attr('__class__') }}",
    "{% include '/etc/passwd' %}",
    "{% render 'secrets' %}",
    "{% extends 'base' %}",
    "{% import os %}",
    "{% liquid render 'x' %}",
    "{{ range(1000000) }}",
    "{{ settings.SECRET_KEY }}",
    "{{ now }}",
    "{{ name | safe }}",
    "{{ forloop.parentloop.__class__ }}",
    "{% assign x = name.__init__ %}{{ x }}",
    "{{ items.append }}",
    "{{ items.__len__ }}",
    "{{ person.keys }}",
    "{{ person.__dict__ }}",
]


def test_a_wording_is_filled_from_its_context():
    context = {"client": {"name": "Ana & Co"}, "items": ["a", "b"], "due_on": date(2026, 11, 27)}

    text = render(
        "Dear {{ client.name }}: {% for i in items %}{{ i }} {% endfor %}{{ due_on | date }}", context
    )

    assert text == "Dear Ana & Co: a b November 27, 2026"


def test_values_are_escaped_for_html():
    text = render("<p>{{ name }}</p>", {"name": mark_safe("<script>")}, html=True)

    assert text == "<p>&lt;script&gt;</p>"


def test_a_value_cannot_bring_its_own_markdown():
    text = render("Hello {{ name }}", {"name": "[click](http://evil)\n# now"}, escape=Escape.MARKDOWN)

    assert text == r"Hello \[click\]\(http\:\/\/evil\) \# now"


def test_instants_are_written_in_the_readers_zone_and_language():
    context = {"at": "2026-11-27T23:30:00+00:00"}

    text = render(
        "{{ at | datetime: 'short' }} / {{ at | date }}", context, locale="de-CH", timezone="Europe/Zurich"
    )

    assert text == "28.11.26, 00:30 / 28. November 2026"


def test_a_long_instant_names_the_readers_zone_and_no_seconds():
    context = {"at": "2026-11-27T23:30:00+00:00"}

    text = render("{{ at | datetime }}", context, locale="de", timezone="Europe/Berlin")
    english = render("{{ at | datetime }}", context, timezone="Europe/Berlin")

    assert text == "28. November 2026, 00:30 MEZ"
    assert english.replace("\u202f", " ") == "November 28, 2026, 12:30 AM CET"


def test_the_usual_formats_of_liquid_are_understood_in_the_readers_language():
    text = render('{{ d | date: "%A, %-d. %B %Y o\'clock" }}', {"d": "2026-11-27"}, locale="de")

    assert text == "Freitag, 27. November 2026 o'clock"


@pytest.mark.parametrize("pattern", ["%Q", "dd", "%1000000000d", "%"])
def test_an_unknown_format_is_refused(pattern):
    with pytest.raises(WordingError):
        render("{{ d | date: pattern }}", {"d": "2026-11-27", "pattern": pattern})


def test_a_missing_value_is_an_error_that_names_it():
    with pytest.raises(WordingError, match="client"):
        render("Dear {{ client.name }}", {})


def test_the_values_a_wording_asks_for_are_listed():
    source = "{{ client.name }}{% for i in items %}{{ i.title }}{% endfor %}{% assign x = 1 %}{{ x }}"

    assert variables(source) == ["client.name", "items"]


@pytest.mark.parametrize("source", INJECTIONS)
def test_an_injection_is_refused(source):
    with pytest.raises(WordingError):
        render(source, {"name": "Ana", "items": ["a"], "person": {"first": "Ana"}})


def test_asking_a_filter_for_an_attribute_finds_nothing():
    assert render('{{ name | map: "__class__" }}', {"name": "Ana"}) == ""


@pytest.mark.parametrize("source", INJECTIONS)
def test_an_injection_inside_a_value_is_only_text(source):
    assert render("{{ name }}", {"name": source}) == source


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED)
def test_a_wording_that_would_run_or_grow_without_end_is_stopped(source):
    with pytest.raises(WordingError):
        render(source, CONTEXT, partials=PARTIALS)


@pytest.mark.parametrize("source", HARMLESS.values(), ids=HARMLESS)
def test_a_wording_that_is_only_long_is_filled_in(source):
    assert len(render(source, CONTEXT).encode()) <= OUTPUT_LIMIT


def test_the_sum_of_everything_checked_is_limited_too():
    with pytest.raises(WordingError, match="time limit"):
        check(REFUSED["snippets to be read"], known=None, partials=PARTIALS.get)


def test_a_page_of_very_many_marks_is_refused():
    with pytest.raises(WordingError, match="marks"):
        render_channel("![" * 3_000, {}, Channel.HTML)


def test_an_object_with_methods_is_never_handed_to_a_wording():
    class Person:
        name = "Ana"

    with pytest.raises(WordingError, match="person"):
        render("{{ person.name }}", {"person": Person()})


@pytest.mark.parametrize("name", ["blns.json", "dompurify_expect.json"])
def test_naughty_strings_come_through_equal_and_as_sources_never_break_the_house(name):
    if not (STRINGS / name).exists():
        pytest.skip("the shared cases are not here")
    for text in set(texts_in(json.loads((STRINGS / name).read_text()))):
        assert render("{{ value }}", {"value": text}) == text
        assert render("{{ value }}", {"value": text}, html=True) == str(escape(text))
        assert set(re.findall("<[a-z]+", render_channel("{{ v }}", {"v": text}, Channel.HTML))) <= {
            "<p",
            "<br",
        }
        for write in (render, render_channel, lambda source, values: check(source, known=values)):
            with contextlib.suppress(WordingError):
                write(text, {"value": "s3cret"})
        with contextlib.suppress(WordingError):
            assert "<script" not in render_channel(text, {}, Channel.HTML).lower()


def texts_in(data):
    """Every text anywhere in a file of cases."""
    match data:
        case str():
            yield data
        case list():
            yield from (text for item in data for text in texts_in(item))
        case dict():
            yield from (text for item in data.values() for text in texts_in(item))


# What Python, Liquid and its loops would give away if they were asked.
ATTRIBUTES = [
    "__class__",
    "__mro__",
    "mro",
    "__subclasses__",
    "__init__",
    "__globals__",
    "__dict__",
    "__builtins__",
    "__html__",
    "__liquid__",
    "text",
    "real",
    "imag",
    "numerator",
    "denominator",
    "as_integer_ratio",
    "format",
    "format_map",
    "join",
    "keys",
    "items",
    "values",
    "get",
    "pop",
    "env",
    "template",
    "context",
    "globals",
    "scope",
    "it",
    "_index",
    "step",
    "clock",
]


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_no_value_has_attributes(attribute):
    values = {
        "t": "x",
        "n": 7,
        "f": Decimal("3.50"),
        "d": date(2026, 1, 1),
        "l": ["a"],
        "o": {"a": 1},
        "b": True,
    }

    for name in (*values, "forloop", "forloop.parentloop"):
        for path in (f"{name}.{attribute}", f"{name}['{attribute}']"):
            with pytest.raises(WordingError):
                render(f"{{% for i in l %}}{{{{ {path} }}}}{{% endfor %}}", values)
    for name in values:
        with contextlib.suppress(WordingError):
            assert render(f"{{{{ {name} | map: '{attribute}' }}}}", values) == ""


@pytest.mark.parametrize("question", ["size", "first", "last"])
def test_what_liquid_answers_about_any_value_is_data_or_refused(question):
    values = {
        "t": "x",
        "n": 7,
        "f": Decimal("3.50"),
        "d": date(2026, 1, 1),
        "l": ["a"],
        "o": {"a": 1},
        "b": True,
    }

    for name in values:
        with contextlib.suppress(WordingError):
            assert render(f"{{{{ {name}.{question} }}}}", values) in {"1", "a", "a1"}


PIECES = r"""{{ }} {% %} {%- -%} {{- -}} if for in endif endfor else elsif unless endunless case when endcase assign
    break continue comment endcomment echo raw a b.c b["c"] b[a] items forloop (1..3) 'x' "y" 1 -2.5 nil empty true ==
    != < contains and or | : , . date datetime append times divided_by round sort uniq map join split first last size
    default replace slice where concat snippet # [ ] ( )"""
pieces = st.sampled_from([*PIECES.split(), "\n", ""])
sources = st.text(alphabet="{}%|.[]()'\": abcfor=1-", max_size=60) | st.lists(pieces, max_size=25).map(
    " ".join
)
data = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.dates()
    | st.datetimes()
    | st.decimals(allow_nan=False, allow_infinity=False, places=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("cde"), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300)
@given(source=sources, nested=sources, a=data, b=data)
def test_any_source_is_rendered_or_refused_in_plain_words(source, nested, a, b):
    values = {"a": a, "b": b, "items": [a, b]}
    for escape_as in Escape:
        try:
            text = render(source, values, escape=escape_as, partials={"x": nested, "y": source})
        except WordingError as error:
            assert str(error)
        else:
            assert len(text.encode("utf-8", "surrogatepass")) <= OUTPUT_LIMIT


@given(st.text(alphabet="{}% -#ab\n", max_size=40))
def test_no_opening_brace_of_a_source_reaches_the_text(source):
    with contextlib.suppress(WordingError):
        text = render(source, {"a": "", "b": ""})
        assert "{{" not in text
        assert "{%" not in text
