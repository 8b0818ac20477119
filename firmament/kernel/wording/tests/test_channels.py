"""Nesting, and what a value becomes in plain text, in Markdown and in a page."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmament.kernel.wording.channels import Channel, render_channel
from firmament.kernel.wording.errors import MissingValues
from firmament.kernel.wording.render import Escape, WordingError, render
from firmament.ui import rich

# What may stand between two lines of a value.
BREAKS = {"br", "p"}


def elements(page: str) -> list[str]:
    found: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: found.append(tag)  # type: ignore[method-assign]
    parser.feed(page)
    parser.close()
    return found


def words(page: str) -> str:
    found: list[str] = []
    parser = HTMLParser()
    parser.handle_data = found.append  # type: ignore[method-assign]
    parser.feed(page)
    parser.close()
    return "".join("".join(found).split())


def test_a_nested_snippet_is_written_with_the_same_values():
    partials = {"sign": "Yours, {{ me.name }}"}

    text = render('Hello. {% snippet "sign" %}', {"me": {"name": "Alice"}}, partials=partials)

    assert text == "Hello. Yours, Alice"


def test_names_made_in_a_text_do_not_reach_into_a_snippet_nor_out_of_it():
    partials = {
        "s": "{% assign x = 'inner' %}{{ x }}{% for i in (1..2) %}{{ i }}{% endfor %}",
        "t": "{{ x }}",
    }

    assert render('{% assign x = "outer" %}{% snippet "s" %}{{ x }}', {}, partials=partials) == "inner12outer"
    with pytest.raises(WordingError, match="In the snippet “t”"):
        render('{% assign x = "outer" %}{% snippet "t" %}', {}, partials=partials)


def test_a_snippet_in_a_loop_is_written_each_time():
    assert render('{% for i in (1..3) %}{% snippet "s" %}{% endfor %}', {}, partials={"s": "a"}) == "aaa"


def test_a_snippet_cannot_break_the_loop_it_stands_in():
    source = '{% for i in (1..3) %}{{ i }}{% snippet "s" %}{% endfor %}'

    with pytest.raises(WordingError, match="outside of a loop"):
        render(source, {}, partials={"s": "{% break %}"})


def test_a_circle_is_refused_when_it_is_filled_in_too():
    with pytest.raises(WordingError, match="a → b → a"):
        render('{% snippet "a" %}', {}, partials={"a": '{% snippet "b" %}', "b": '{% snippet "a" %}'})


def test_the_limits_hold_over_the_whole_nesting():
    full = {"s": "{% for i in (1..700) %}{{ i }}{% endfor %}", "long": "x" * 60_000}

    render('{% snippet "s" %}' * 2, {}, partials=full)
    with pytest.raises(WordingError, match="too large"):
        render('{% snippet "s" %}' * 3, {}, partials=full)
    with pytest.raises(WordingError, match="too large"):
        render('{% snippet "long" %}' * 5, {}, partials=full)
    with pytest.raises(WordingError, match="too long"):
        render('{% snippet "long" %}', {}, partials={"long": "x" * 70_000})


def test_a_value_in_a_nested_snippet_is_escaped_once():
    partials = {"s": "{{ name | append: '&' }} & {{ name }}"}

    assert render('{% snippet "s" %}', {"name": "<"}, html=True, partials=partials) == "&lt;&amp; & &lt;"
    text = render('*{% snippet "s" %}*', {"name": "*"}, escape=Escape.MARKDOWN, partials=partials)
    assert text == r"*\*\& & \**"


def test_a_value_is_written_for_its_channel():
    source, values = "**{{ name }}**", {"name": "<b> *x*\n# y"}

    assert render_channel(source, values, Channel.PLAIN) == "**<b> *x*\n# y**"
    assert render_channel(source, values, Channel.MARKDOWN) == "**\\<b\\> \\*x\\*\n\\# y**"
    page = render_channel(source, values, Channel.HTML)
    assert page == "<p><strong>&lt;b&gt; *x*<br>\n# y</strong></p>\n"


def test_the_firms_own_text_cannot_bring_html_into_a_page_either():
    assert "<script>" not in render_channel("<script>alert(1)</script>", {}, Channel.HTML)


def test_braces_in_a_value_stay_and_are_never_read():
    value = "{{ secret }}{% if true %}yes{% endif %}"

    assert render_channel("{{ v }}", {"v": value, "secret": "s3cret"}) == value
    assert "s3cret" not in render_channel("{{ v }}", {"v": value, "secret": "s3cret"}, Channel.HTML)


def test_an_empty_value_that_is_needed_blocks_and_is_named(client_vocabulary):
    with pytest.raises(MissingValues) as missing:
        render_channel("{{ client.name }} {{ note }}", {"client": {"name": ""}, "note": None})

    assert (missing.value.names, missing.value.labels) == (("client.name",), ("The client’s name",))


def test_a_field_that_was_left_empty_is_written_as_nothing():
    assert render_channel("a{{ note }}b", {"note": None}) == "ab"


def test_a_group_of_values_is_not_printed():
    with pytest.raises(WordingError, match="group"):
        render("{{ client }}", {"client": {"name": "Ana"}})


@given(st.text() | st.text(alphabet="<>&\"'`*_[]()#!-+=|~\\{}:/ \n\tab1.", max_size=80))
def test_a_value_brings_no_element_into_a_page_and_keeps_its_words(value):
    for source in ("{{ v }}", "# {{ v }}", "- a\n- {{ v }}", "> {{ v }}", "[x](http://a.example) {{ v }}"):
        plain = elements(rich.html(source.replace("{{ v }}", "plain")))
        page = render_channel(source, {"v": value}, Channel.HTML)

        assert [tag for tag in elements(page) if tag not in BREAKS] == [t for t in plain if t not in BREAKS]
    kept = "".join(value.replace("\x00", "\ufffd").split())
    assert words(render_channel("{{ v }}", {"v": value}, Channel.HTML)) == kept


@given(st.text())
def test_a_value_brings_no_element_into_html(value):
    assert elements(render("<p>{{ v }}</p>", {"v": value}, html=True)) == ["p"]
