"""Forms over kernel.wording's fields: the editor of a schema, row by row, and the values that a wording asks for."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firmament.kernel.wording.fields import FIELDS_LIMIT, LONG_TEXT_LENGTH, TEXT_LENGTH, Field, FieldType

# What an editor's row has; the names of its inputs are `ask_<row>_<name>`, and `rows` says how many there are.
ROW = ("name", "label", "type", "required", "default", "choices", "help")
FIELD_TYPES = (
    (FieldType.TEXT, gettext_lazy("Text, one line")),
    (FieldType.LONG_TEXT, gettext_lazy("Text, several lines")),
    (FieldType.NUMBER, gettext_lazy("Number")),
    (FieldType.DATE, gettext_lazy("Date")),
    (FieldType.CHOICE, gettext_lazy("Choice")),
    (FieldType.YES_NO, gettext_lazy("Yes or no")),
    (FieldType.CLIENT, gettext_lazy("Client")),
    (FieldType.CONTACT, gettext_lazy("Contact")),
    (FieldType.ENGAGEMENT, gettext_lazy("Engagement")),
)


def rows_sent(data: QueryDict) -> int:
    text = data.get("rows", "0")
    return min(int(text), FIELDS_LIMIT) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def row_fields(row: int, values: Mapping[str, Any]) -> dict[str, forms.Field]:
    choices = values.get("choices", "")
    needed = values.get("required", True) not in (False, "")
    made: dict[str, forms.Field] = {
        "name": forms.CharField(label=_("Name in the text"), required=False, max_length=40),
        "label": forms.CharField(label=_("What people are asked"), required=False, max_length=120),
        "type": forms.ChoiceField(label=_("Kind"), choices=FIELD_TYPES, required=False),
        "required": forms.BooleanField(label=_("Must be filled in"), required=False, initial=needed),
        "default": forms.CharField(label=_("If nothing is said"), required=False),
        "choices": forms.CharField(
            label=_("Choices, one a line"),
            required=False,
            initial=choices if isinstance(choices, str) else "\n".join(choices),
            widget=forms.Textarea(attrs={"rows": 2}),
        ),
        "help": forms.CharField(label=_("Help"), required=False, max_length=500),
    }
    for name in ("name", "label", "type", "default", "help"):
        made[name].initial = values.get(name, "")
    return {f"ask_{row}_{name}": field for name, field in made.items()}


def row_data(given: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the schema has it; what was left empty is left out."""
    name, label = given["name"].strip(), given["label"].strip()
    choices = [line.strip() for line in given["choices"].splitlines() if line.strip()]
    return {
        "name": name or (slugify(label).replace("-", "_") if label else ""),
        "type": given["type"] or FieldType.TEXT,
        "label": label or name,
        "required": given["required"],
        **({"help": given["help"]} if given["help"] else {}),
        **({"default": given["default"]} if given["default"].strip() else {}),
        **({"choices": choices} if choices else {}),
    }


def value_field(
    field: Field, *, required: bool | None = None, choices: Iterable[tuple[str, Any]] | None = None
) -> forms.Field:
    """What a value of the field is typed into; `required` and `choices` where they are other than the field says.

    Clients, contacts and engagements are a line of text here: whom they are chosen from is the caller's to say.
    """
    said: dict[str, Any] = {
        "label": field.label,
        "help_text": field.help,
        "required": field.required if required is None else required,
        "initial": field.default,
    }
    if choices is not None:
        return choice_field(choices, **said)
    match field.type:
        case FieldType.LONG_TEXT:
            area = forms.Textarea(attrs={"rows": 3})
            return forms.CharField(max_length=LONG_TEXT_LENGTH, strip=False, widget=area, **said)
        case FieldType.NUMBER:
            return forms.CharField(widget=forms.NumberInput(attrs={"step": "any"}), **said)
        case FieldType.DATE:
            return forms.CharField(widget=forms.DateInput(attrs={"type": "date"}), **said)
        case FieldType.CHOICE:
            return choice_field([(choice, choice) for choice in field.choices], **said)
        case FieldType.YES_NO:
            return choice_field([("yes", _("Yes")), ("no", _("No"))], **said)
    return forms.CharField(max_length=TEXT_LENGTH, strip=False, **said)


def choice_field(choices: Iterable[tuple[str, Any]], **said: Any) -> forms.ChoiceField:
    """Nothing is chosen for somebody who must choose; what may be left open can be."""
    return forms.ChoiceField(choices=[("", _("Choose…")), *choices], **said)
