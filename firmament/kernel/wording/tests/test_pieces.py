"""Wordings taken apart into texts and values, and put together again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from firmament.kernel.wording.pieces import Value, pieces_of, source_of
from firmament.kernel.wording.render import render

texts = st.text(
    st.sampled_from("ab{}%\"' \n-|") | st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]),
    min_size=1,
)


@settings(max_examples=200, deadline=None)
@given(pieces=st.lists(texts | st.just(Value("name"))))
def test_any_text_shows_as_it_is_and_is_found_again(pieces):
    source = source_of(pieces)

    assert render(source, {"name": "X"}) == shown(pieces, "X")
    assert shown(pieces_of(source), "\x01") == shown(pieces, "\x01")


def shown(pieces, value):
    return "".join(piece if isinstance(piece, str) else value for piece in pieces)


def test_a_date_keeps_how_it_is_written():
    assert pieces_of("Due {{ on | date: '%d.%m.' }}") == ("Due ", Value("on", "date: '%d.%m.'"))
    assert source_of(pieces_of("{{ on | date }}")) == "{{ on | date }}"


def test_what_says_more_than_texts_and_values_is_not_taken_apart():
    for source in ("{% if a %}x{% endif %}", "{{ a | upcase }}", "{{ a", "{{ a[0] }}", "{% snippet 'a' %}"):
        assert pieces_of(source) is None, source
