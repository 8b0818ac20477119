"""A bound form field taken apart, so that a template can draw it with its label, help and errors joined."""

from dataclasses import dataclass
from typing import Any, Literal

from django.forms import BaseForm, BoundField, widgets
from django.http import QueryDict
from django.utils.safestring import SafeString

Kind = Literal["input", "checkbox", "choices", "file", "hidden"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One option of a group of radio buttons or check boxes."""

    kind: str
    name: str
    value: str
    label: str
    id: str
    checked: bool
    disabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldParts:
    """What a field is drawn from. `widget` is the control with its class, description and validity set.

    `picker`: texts can be picked into it (the widget has `data-picker`); `inserted` are the ids of those that were,
    which a form drawn again must not lose.
    """

    kind: Kind
    id: str
    name: str
    label: str
    help: str
    help_id: str
    error_id: str
    errors: tuple[str, ...]
    required: bool
    described_by: str
    widget: SafeString | str
    choices: tuple[Choice, ...]
    picker: bool
    inserted: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldErrors:
    """The errors of one field and the place to go to mend them."""

    id: str
    label: str
    errors: tuple[str, ...]


def _kind(widget: widgets.Widget) -> Kind:
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, widgets.RadioSelect):
        return "choices"
    if isinstance(widget, widgets.CheckboxInput):
        return "checkbox"
    if isinstance(widget, widgets.FileInput):
        return "file"
    return "input"


def _css(widget: widgets.Widget) -> str:
    match widget:
        case widgets.CheckboxInput():
            return "checkbox"
        case widgets.Textarea():
            return "textarea"
        case widgets.Select():
            return "select"
        case widgets.FileInput():
            return "input input-file"
        case _:
            return "input"


def _choices(field: BoundField, widget: widgets.Widget) -> tuple[Choice, ...]:
    kind = "checkbox" if isinstance(widget, widgets.CheckboxSelectMultiple) else "radio"
    return tuple(
        Choice(
            kind=kind,
            name=option.data["name"],
            value=str(option.data["value"]),
            label=str(option.choice_label),
            id=option.data["attrs"].get("id", ""),
            checked=bool(option.data["selected"]),
            disabled=bool(field.field.disabled or option.data["attrs"].get("disabled")),
        )
        for option in field.subwidgets
    )


def parts(field: BoundField, *, help_text: str = "") -> FieldParts:
    """Take a bound field apart. `help_text` stands in for the field's own."""
    widget = field.field.widget
    kind = _kind(widget)
    text = help_text or str(field.help_text or "")
    errors = tuple(str(error) for error in field.errors)
    # A form rendered without ids (auto_id=False) still needs one to tie the label to the control.
    own_id = field.id_for_label or field.auto_id or f"id_{field.html_name}"
    if kind == "choices":
        own_id = field.auto_id or f"id_{field.html_name}"
    help_id, error_id = f"{own_id}_help", f"{own_id}_error"
    described = " ".join(mark for mark, shown in ((error_id, errors), (help_id, text)) if shown)
    attrs: dict[str, Any] = {"class": f"{_css(widget)} {widget.attrs.get('class', '')}".strip()}
    if not field.auto_id:
        attrs["id"] = own_id
    if described:
        attrs["aria-describedby"] = described
    return FieldParts(
        kind=kind,
        id=own_id,
        name=field.html_name,
        label=str(field.label),
        help=text,
        help_id=help_id,
        error_id=error_id,
        errors=errors,
        required=field.field.required and kind != "hidden",
        described_by=described,
        widget="" if kind == "choices" else field.as_widget(attrs=attrs),
        choices=_choices(field, widget) if kind == "choices" else (),
        picker="data-picker" in widget.attrs,
        inserted=_inserted(field) if "data-picker" in widget.attrs else (),
    )


def _inserted(field: BoundField) -> tuple[str, ...]:
    data = field.form.data
    return tuple(data.getlist("inserted")) if isinstance(data, QueryDict) else ()


def errors_of(form: BaseForm) -> list[FieldErrors]:
    """Every field with errors, in the form's order."""
    found = []
    for field in form:
        if field.errors:
            # The errors of a hidden field have no control to stand beside; its label is all there is.
            own_id = "" if field.is_hidden else field.id_for_label or field.auto_id or ""
            found.append(
                FieldErrors(id=own_id, label=str(field.label), errors=tuple(str(e) for e in field.errors))
            )
    return found
