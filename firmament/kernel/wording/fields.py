"""What a wording asks for before it is filled in: typed fields, and the values given for them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from firmament.kernel.wording import vocabulary
from firmament.kernel.wording.errors import MissingValues, SchemaError, ValuesError
from firmament.kernel.wording.output import Number
from firmament.lib.text import is_storable

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
FIELDS_LIMIT = 40
CHOICES_LIMIT = 100
LABEL_LENGTH = 120
HELP_LENGTH = 500
TEXT_LENGTH = 1_000
LONG_TEXT_LENGTH = 20_000
# Digits before and after the point: a float carries fifteen in all without changing one.
WHOLE_DIGITS, PLACES = 12, 6
NUMBER = re.compile(rf"[+-]?\d{{1,{WHOLE_DIGITS}}}(\.\d{{1,{PLACES}}})?", re.ASCII)
YES, NO = frozenset(["yes", "true", "1", "on"]), frozenset(["no", "false", "0", "off"])

# Names that mean something already: in Liquid, in the house's own letters, or to a room that is not there yet.
RESERVED = frozenset(
    [
        "me", "contact", "client", "engagement", "firm", "user", "recipient", "sender", "site_url",
        "now", "today", "ticket", "invoice", "document", "forloop", "tablerowloop", "true", "false",
        "nil", "null", "empty", "blank", "and", "or", "not", "contains", "in", "if", "else", "with",
        "for", "as", "reversed", "limit", "offset", "continue", "cols", "required", "snippet",
    ]
)  # fmt: skip


class FieldType(StrEnum):
    """What kind of value a field takes."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    YES_NO = "yes_no"
    CONTACT = "contact"
    CLIENT = "client"
    ENGAGEMENT = "engagement"


REFERENCES = frozenset([FieldType.CONTACT, FieldType.CLIENT, FieldType.ENGAGEMENT])

Values = dict[str, object]
Resolver = Callable[[FieldType, UUID], Mapping[str, object] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value to ask for. A template calls it by its bare `name`; `default` is written as a person would."""

    name: str
    type: FieldType
    label: str
    help: str = ""
    required: bool = True
    default: str | None = None
    choices: tuple[str, ...] = ()


KEYS = frozenset(["name", "type", "label", "help", "required", "default", "choices"])


class _Refused(Exception):
    """One thing wrong with one field or value, in words."""


def parse_schema(data: object) -> tuple[Field, ...]:
    """The fields that JSON describes, in their order; `SchemaError` with everything that is wrong."""
    if not isinstance(data, list | tuple):
        raise SchemaError([_("The fields are a list.")])
    if len(data) > FIELDS_LIMIT:
        raise SchemaError([_("A form of more than %(n)s fields is too long.") % {"n": FIELDS_LIMIT}])
    fields: list[Field] = []
    problems: list[str] = []
    for number, row in enumerate(data, 1):
        called = row.get("name") if isinstance(row, Mapping) else None
        try:
            field = _parse_field(row)
            if field.name in {other.name for other in fields}:
                raise _Refused(_("another field has this name already."))
            fields.append(field)
        except _Refused as refused:
            problems.append(
                _("Field %(number)s (“%(name)s”): %(problem)s")
                % {"number": number, "name": called or "?", "problem": refused}
            )
    if problems:
        raise SchemaError(problems)
    return tuple(fields)


def schema_data(fields: tuple[Field, ...]) -> list[dict[str, Any]]:
    """The fields as JSON, from which `parse_schema` makes them again. What is not said is left out."""
    return [
        {
            "name": field.name,
            "type": str(field.type),
            "label": field.label,
            **({"help": field.help} if field.help else {}),
            **({} if field.required else {"required": False}),
            **({} if field.default is None else {"default": field.default}),
            **({"choices": list(field.choices)} if field.choices else {}),
        }
        for field in fields
    ]


def field_paths(fields: tuple[Field, ...]) -> frozenset[str]:
    """The names that a template may use for these fields: a client field has those of `client.…` below its own."""
    return frozenset(
        path
        for field in fields
        for path in (field.name, *(f"{field.name}.{name}" for name in vocabulary.paths_of(field.type)))
    )


def clean_values(
    fields: tuple[Field, ...], given: Mapping[str, object], *, resolve: Resolver | None = None
) -> Values:
    """The value of each field by its name, ready for a template; defaults stand in for what was not given.

    Text is a string, a number an int or a `Number`, a date a date, yes or no a bool; a contact, client or
    engagement is what `resolve` makes of its id. What is not required and not given is None. Raises
    `MissingValues` if all that is wrong is that something is missing, else `ValuesError`.
    """
    values: Values = {}
    missing: dict[str, str] = {}
    problems = {
        name: _("There is no field “%(name)s”.") % {"name": name}
        for name in given.keys() - {field.name for field in fields}
    }
    for field in fields:
        value = given.get(field.name)
        if _is_empty(value):
            value = field.default
        if _is_empty(value):
            values[field.name] = None
            if field.required:
                missing[field.name] = field.label
            continue
        try:
            values[field.name] = _clean(field, value, resolve)
        except _Refused as refused:
            problems[field.name] = f"{field.label}: {refused}"
    if problems:
        raise ValuesError({**problems, **(MissingValues(missing).problems if missing else {})})
    if missing:
        raise MissingValues(missing)
    return values


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _parse_field(row: object) -> Field:
    if not isinstance(row, Mapping):
        raise _Refused(_("a field is an object with a name, a type and a label."))
    if unknown := sorted(str(key) for key in row.keys() - KEYS):
        raise _Refused(_("“%(key)s” is nothing that a field has.") % {"key": unknown[0]})
    field = Field(
        name=_parse_name(row.get("name")),
        type=_parse_type(row.get("type")),
        label=_parse_text(row, "label", LABEL_LENGTH, needed=True),
        help=_parse_text(row, "help", HELP_LENGTH),
        required=_parse_required(row.get("required", True)),
        default=_parse_default(row.get("default")),
        choices=_parse_choices(row.get("choices", ())),
    )
    if field.type is FieldType.CHOICE and not field.choices:
        raise _Refused(_("say what there is to choose from."))
    if field.type is not FieldType.CHOICE and field.choices:
        raise _Refused(_("only a choice has choices."))
    if field.default is not None:
        _check_default(field, field.default)
    return field


def _check_default(field: Field, default: str) -> None:
    if field.type in REFERENCES:
        raise _Refused(_("a contact, client or engagement has no default."))
    try:
        _clean(field, default, None)
    except _Refused as refused:
        raise _Refused(_("the default does not fit: %(problem)s") % {"problem": refused}) from refused


def _parse_name(name: object) -> str:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise _Refused(
            _("a name begins with a small letter and has up to 40 of a–z, 0–9 and _, such as “due_on”.")
        )
    if name in RESERVED or name in vocabulary.namespaces():
        raise _Refused(
            _("this name means something else already; choose another, such as “the_%(name)s”.")
            % {"name": name}
        )
    return name


def _parse_type(kind: object) -> FieldType:
    if isinstance(kind, str) and kind in set(FieldType):
        return FieldType(kind)
    raise _Refused(_("the type is one of %(types)s.") % {"types": ", ".join(FieldType)})


def _parse_text(row: Mapping[str, object], key: str, length: int, *, needed: bool = False) -> str:
    text = row.get(key, "")
    if not isinstance(text, str) or not is_storable(text) or len(text) > length:
        raise _Refused(_("“%(key)s” is text of at most %(n)s characters.") % {"key": key, "n": length})
    if needed and not text.strip():
        raise _Refused(_("give it a label, the words that people see."))
    return text.strip()


def _parse_required(required: object) -> bool:
    if not isinstance(required, bool):
        raise _Refused(_("“required” is true or false."))
    return required


def _parse_default(default: object) -> str | None:
    if default is not None and (not isinstance(default, str) or not default.strip()):
        raise _Refused(_("the default is text, or not there; write a number in quotes."))
    return default


def _parse_choices(choices: object) -> tuple[str, ...]:
    if not isinstance(choices, list | tuple) or len(choices) > CHOICES_LIMIT:
        raise _Refused(_("the choices are a list of at most %(n)s texts.") % {"n": CHOICES_LIMIT})
    for choice in choices:
        if (
            not isinstance(choice, str)
            or not is_storable(choice)
            or not 0 < len(choice.strip()) <= LABEL_LENGTH
        ):
            raise _Refused(_("a choice is text of 1 to %(n)s characters.") % {"n": LABEL_LENGTH})
    stripped = tuple(choice.strip() for choice in choices)
    if len(set(stripped)) < len(stripped):
        raise _Refused(_("a choice stands there twice."))
    return stripped


def _clean(field: Field, value: object, resolve: Resolver | None) -> object:
    match field.type:
        case FieldType.TEXT:
            return " ".join(_text(value, TEXT_LENGTH).split())
        case FieldType.LONG_TEXT:
            return _text(value, LONG_TEXT_LENGTH).replace("\r\n", "\n").replace("\r", "\n")
        case FieldType.NUMBER:
            return _number(value)
        case FieldType.DATE:
            return _date(value)
        case FieldType.CHOICE:
            return _choice(value, field.choices)
        case FieldType.YES_NO:
            return _yes_no(value)
    return _reference(field.type, value, resolve)


def _text(value: object, length: int) -> str:
    if not isinstance(value, str):
        raise _Refused(_("this is not text."))
    if not is_storable(value):
        raise _Refused(_("this contains a character that cannot be kept."))
    if len(value) > length:
        raise _Refused(_("this is longer than %(n)s characters.") % {"n": length})
    return value.strip()


def _number(value: object) -> int | Number:
    """From a number, or from digits with a point: a comma means thousands to one reader and a fraction to another."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise _Refused(_("this is not a number."))
    text = str(value).strip() if not isinstance(value, Decimal) or not value.is_finite() else f"{value:f}"
    if not NUMBER.fullmatch(text):
        raise _Refused(
            _(
                "this is not a number that we can use: up to %(whole)s digits, a point, up to %(places)s digits."
            )
            % {"whole": WHOLE_DIGITS, "places": PLACES}
        )
    return Number(Decimal(text)) if "." in text else int(text)


def _date(value: object) -> date:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError as error:
        raise _Refused(_("this is not a date; write it as 2026-11-27.")) from error


def _choice(value: object, choices: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value.strip() not in choices:
        raise _Refused(_("choose one of: %(choices)s.") % {"choices": ", ".join(choices)})
    return value.strip()


def _yes_no(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in YES | NO:
        raise _Refused(_("say yes or no."))
    return word in YES


def _reference(kind: FieldType, value: object, resolve: Resolver | None) -> dict[str, object]:
    try:
        pk = value if isinstance(value, UUID) else UUID(str(value))
    except ValueError as error:
        raise _Refused(_("this is not an id.")) from error
    found = resolve(kind, pk) if resolve else None
    if found is None:
        # The same words whether it is not there or not theirs to see.
        raise _Refused(_("this was not found."))
    return dict(found)
