"""JSON in one form only."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmament.lib.canonical import canonical, checksum

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-1e15, 1e15, allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


def test_the_example_of_the_rfc_is_written_as_the_rfc_writes_it() -> None:
    """RFC 8785 §3.2.2 and §3.2.3, without the number beyond 2^53 that we refuse."""
    value = {
        "numbers": [4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }

    written = canonical(value).decode()

    assert written == (
        '{"literals":[null,true,false],"numbers":[4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_are_ordered_by_their_utf_16_units() -> None:
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}

    keys = list(json.loads(canonical(value)))

    assert keys == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (1e15, "1000000000000000"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (-1.5e-9, "-1.5e-9"),
        (333333333.33333329, "333333333.3333333"),
        (5e-324, "5e-324"),
    ],
)
def test_numbers_are_written_as_ecmascript_does(number: float, written: str) -> None:
    assert canonical(number).decode() == written


@pytest.mark.parametrize("odd", [2**53, -(2**53), float("nan"), float("inf"), 1e300, "\ud800"])
def test_what_two_programs_could_read_differently_is_refused(odd: object) -> None:
    with pytest.raises(ValueError):
        canonical(odd)


@pytest.mark.parametrize("odd", [{1: 2}, {"a": object()}, b"bytes"])
def test_what_json_has_not_is_refused(odd: object) -> None:
    with pytest.raises(TypeError):
        canonical(odd)


@given(VALUES)
def test_reading_it_back_and_writing_it_again_changes_nothing(value: object) -> None:
    written = canonical(value)

    assert canonical(json.loads(written)) == written


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 9)))
def test_the_order_of_keys_does_not_count(value: dict[str, int]) -> None:
    assert checksum(dict(reversed(value.items()))) == checksum(value)
