"""Trees are kept while there is room, and the lexer reads what Liquid's own reads."""

import re

from hypothesis import given
from hypothesis import strategies as st
from liquid import Environment
from liquid.exceptions import LiquidError

from firmament.kernel.wording import parsing
from firmament.kernel.wording.lexer import tokens


def test_a_source_is_read_once_and_forgotten_when_there_is_no_room(monkeypatch):
    monkeypatch.setattr(parsing, "ROOM", 100_000)
    first = parsing.read("{{ a }} the first")

    assert parsing.read("{{ a }} the first") is first
    for number in range(20):
        parsing.read("{{ a }}" * 10 + str(number))
    assert parsing.read("{{ a }} the first") is not first
    assert parsing._used <= parsing.ROOM
    assert parsing._used == sum(parsing._weight(source) for source in parsing._kept)


def seen(found):
    """Tokens by kind, value and place. What stands in a comment, and from where, is nobody’s."""
    return [
        (token.kind, token.value, token.start_index) if token.kind != "comment" else ("comment", "", 0)
        for token in found
    ]


@given(
    st.lists(
        st.sampled_from(
            [
                "{{ a }}",
                "{{- a -}}",
                "{%- if a -%}",
                "{% endif %}",
                "{% comment %}",
                "{% endcomment %}",
                "{%# b %}",
                "{% assign a = 1 %}\n            ",
                "{{a}}",
                "{%if a%}",
                " ",
                "x",
                "{",
                "}",
                "}}",
                "%}",
                "-",
                "é",
            ]
        ),
        max_size=12,
    ).map("".join)
)
def test_the_lexer_finds_the_tokens_that_liquid_finds_or_refuses_what_is_no_tag(source):
    try:
        found = seen(tokens(source))
    except LiquidError as error:
        assert re.search("never closed|no name", str(error))
        return

    expected = seen(Environment().tokenizer()(source))
    # An opening within a text is text to Liquid, and would reach a reader.
    assert found == expected or any("{{" in value or "{%" in value for _kind, value, _index in expected)
