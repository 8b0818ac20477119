"""Fields: what a schema may say, and what becomes of the values given."""

import json
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from firmament.kernel.wording.errors import MissingValues, SchemaError, ValuesError
from firmament.kernel.wording.fields import (
    Field,
    FieldType,
    clean_values,
    field_paths,
    parse_schema,
    schema_data,
)
from firmament.kernel.wording.render import render

ANA = UUID("01970000-0000-7000-8000-000000000001")
DEFAULTS = {
    FieldType.TEXT: st.just("as agreed"),
    FieldType.LONG_TEXT: st.just("one\ntwo"),
    FieldType.NUMBER: st.integers(-(10**11), 10**11).map(str) | st.just("3.50"),
    FieldType.DATE: st.dates().map(date.isoformat),
    FieldType.YES_NO: st.sampled_from(["yes", "no"]),
}
words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=20)


@st.composite
def any_field(draw: st.DrawFn) -> Field:
    kind = draw(st.sampled_from(FieldType))
    choices = tuple(draw(st.lists(words, min_size=1, max_size=4, unique=True))) if kind == "choice" else ()
    default = st.sampled_from(choices) if choices else DEFAULTS.get(kind, st.none())
    return Field(
        name=draw(st.text("abcxyz019_", min_size=1, max_size=40).map(lambda name: f"f{name}"[:40])),
        type=kind,
        label=draw(words),
        help=draw(words | st.just("")),
        required=draw(st.booleans()),
        default=draw(st.none() | default),
        choices=choices,
    )


def schema(**field: object) -> tuple[Field, ...]:
    return parse_schema([{"name": "x", "type": "text", "label": "The value", **field}])


@given(st.lists(any_field(), max_size=6, unique_by=lambda field: field.name))
def test_a_schema_comes_back_from_json_as_it_was(fields):
    data = json.loads(json.dumps(schema_data(tuple(fields))))

    assert parse_schema(data) == tuple(fields)
    assert schema_data(parse_schema(data)) == data


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ({"colour": "red"}, "colour"),
        ({"name": "Due On"}, "small letter"),
        ({"name": "x" * 41}, "40"),
        ({"name": "client"}, "the_client"),
        ({"name": "forloop"}, "something else"),
        ({"type": "money"}, "text, long_text, number"),
        ({"type": ["text"]}, "the type is one of"),
        ({"label": " "}, "label"),
        ({"label": "\x00"}, "label"),
        ({"help": 7}, "help"),
        ({"required": "no"}, "true or false"),
        ({"type": "choice"}, "choose from"),
        ({"choices": ["a"]}, "only a choice"),
        ({"type": "choice", "choices": ["a", "a "]}, "twice"),
        ({"type": "choice", "choices": [1]}, "text"),
        ({"type": "choice", "choices": ["a"], "default": "b"}, "choose one of: a"),
        ({"type": "number", "default": "1,5"}, "not a number"),
        ({"type": "date", "default": "27.11.2026"}, "2026-11-27"),
        ({"type": "yes_no", "default": "maybe"}, "yes or no"),
        ({"type": "client", "default": str(ANA)}, "no default"),
        ({"default": 5}, "in quotes"),
    ],
)
def test_what_is_wrong_with_a_field_is_said_in_plain_words(field, words):
    with pytest.raises(SchemaError) as refused:
        schema(**field)

    [message] = refused.value.message_dict["fields"]
    assert message.startswith("Field 1 (“")
    assert words in message


def test_everything_wrong_with_a_schema_is_said_at_once():
    with pytest.raises(ValidationError) as refused:
        parse_schema(
            [{"name": "a", "type": "text", "label": "A"}, {"name": "a", "type": "text", "label": "B"}, 7]
        )

    assert [message[:12] for message in refused.value.message_dict["fields"]] == [
        "Field 2 (“a”",
        "Field 3 (“?”",
    ]


def test_a_schema_has_at_most_forty_fields():
    rows = [{"name": f"f{n}", "type": "text", "label": "F"} for n in range(41)]

    assert len(parse_schema(rows[:40])) == 40
    with pytest.raises(SchemaError, match="40"):
        parse_schema(rows)


@pytest.mark.parametrize("data", [None, "fields", {"name": "x"}, 3])
def test_a_schema_is_a_list(data):
    with pytest.raises(SchemaError):
        parse_schema(data)


@pytest.mark.parametrize(
    ("kind", "given_value", "value", "shown"),
    [
        ("text", " a\nb ", "a b", "a b"),
        ("long_text", "a\r\nb", "a\nb", "a\nb"),
        ("number", "007", 7, "7"),
        ("number", "3.50", 3.5, "3.50"),
        ("number", Decimal("1E+3"), 1000, "1000"),
        ("number", 2.5, 2.5, "2.5"),
        ("date", "2026-11-27", date(2026, 11, 27), "November 27, 2026"),
        ("yes_no", "on", True, "yes"),
        ("yes_no", False, False, "no"),
    ],
)
def test_values_are_typed_and_shown_as_people_write_them(kind, given_value, value, shown):
    values = clean_values(schema(type=kind), {"x": given_value})

    assert values == {"x": value}
    assert render("{{ x }}", values) == shown


def test_a_number_with_a_fraction_can_be_calculated_with_and_compared():
    values = clean_values(schema(type="number"), {"x": "0.10"})

    assert render("{{ x }} {{ x | times: 3 }} {% if x < 1 %}less{% endif %}", values) == "0.10 0.3 less"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", "1,5"),
        ("number", "1e3"),
        ("number", float("nan")),
        ("number", True),
        ("number", "9" * 13),
        ("number", "٣"),
        ("date", "2026-02-30"),
        ("yes_no", "perhaps"),
        ("text", 5),
        ("text", "\x00"),
        ("text", "x" * 1001),
        ("client", "Ana"),
        ("client", str(ANA).replace("1", "2")),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_the_label_of_its_field(kind, value):
    with pytest.raises(ValuesError, match="The value: ") as refused:
        clean_values(schema(type=kind), {"x": value}, resolve=resolve)

    assert list(refused.value.problems) == ["x"]


def resolve(kind: FieldType, pk: UUID) -> dict[str, object] | None:
    return {"name": f"Ana the {kind}"} if pk == ANA else None


@pytest.mark.parametrize("kind", ["contact", "client", "engagement"])
def test_a_reference_becomes_what_the_caller_makes_of_its_id(kind):
    values = clean_values(schema(type=kind), {"x": str(ANA)}, resolve=resolve)

    assert render("{{ x.name }}", values) == f"Ana the {kind}"


def test_missing_values_are_named_all_at_once_and_defaults_stand_in():
    fields = parse_schema(
        [
            {"name": "a", "type": "text", "label": "First"},
            {"name": "b", "type": "date", "label": "Second"},
            {"name": "c", "type": "text", "label": "Third", "default": "third"},
            {"name": "d", "type": "text", "label": "Fourth", "required": False},
        ]
    )

    with pytest.raises(MissingValues) as missing:
        clean_values(fields, {"a": " "})

    assert (missing.value.names, missing.value.labels) == (("a", "b"), ("First", "Second"))
    values = clean_values(fields, {"a": "1", "b": "2026-01-01"})
    assert values == {"a": "1", "b": date(2026, 1, 1), "c": "third", "d": None}


def test_a_value_for_no_field_is_refused():
    with pytest.raises(ValuesError, match="“y”"):
        clean_values(schema(), {"x": "1", "y": "2"})


def test_a_field_of_a_client_offers_what_the_vocabulary_says_of_clients(client_vocabulary):
    fields = parse_schema(
        [
            {"name": "buyer", "type": "client", "label": "Buyer"},
            {"name": "due_on", "type": "date", "label": "Due"},
        ]
    )

    assert field_paths(fields) >= {"buyer", "buyer.name", "due_on"}
    assert "due_on.name" not in field_paths(fields)
