"""The editor of a macro's steps, row by row, within the form of what carries them.

Its inputs are `steps` (how many rows there are), `step_<row>_code`, and `step_<row>_<name>` for each parameter. A button
named `more` changes the rows and saves nothing: "step" adds `new_step`, "step-remove-2" and "step-up-2" do what they say.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.http import QueryDict

from firmament.kernel.macros.parameters import Parameter
from firmament.kernel.macros.parsing import MOST, parse_steps
from firmament.kernel.macros.registry import Step, UnknownStep, all_steps, step_of
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.field_forms import value_field

Rows = list[dict[str, Any]]
YES_OR_NO = {True: "yes", False: "no"}
PLACE = re.compile(r"(\d+): ")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step in the editor; `title` is its code where no room offers it any more."""

    number: int
    code: str
    title: str
    fields: tuple[forms.BoundField, ...] = ()


def steps_sent(data: QueryDict) -> Rows:
    """The steps as they were filled in; what was left empty is left out."""
    count = data.get("steps", "0")
    return [
        {"code": data.get(f"step_{row}_code", ""), "params": dict(_params_sent(data, row))}
        for row in range(
            min(int(count), MOST) if count.isascii() and count.isdigit() and len(count) < 4 else 0
        )
    ]


def _params_sent(data: QueryDict, row: int) -> Iterator[tuple[str, str]]:
    step = _known(data.get(f"step_{row}_code", ""))
    for one in step.params if step else ():
        value = data.get(f"step_{row}_{one.name}", "")
        if value.strip():
            yield one.name, value


def steps_after(data: QueryDict) -> Rows:
    """The steps as they were filled in, changed as the button `more` says."""
    rows, more = steps_sent(data), data.get("more", "")
    verb, _dash, place = more.removeprefix("step-").partition("-")
    at = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else len(rows)
    if more == "step" and _known(data.get("new_step", "")) and len(rows) < MOST:
        rows.append({"code": data["new_step"], "params": {}})
    elif verb == "remove" and at < len(rows):
        del rows[at]
    elif verb == "up" and 0 < at < len(rows):
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    return rows


def step_fields(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> dict[str, forms.Field]:
    """The fields of every row, by the names of their inputs."""
    found: dict[str, forms.Field] = {}
    for row, data in enumerate(rows):
        step = _known(data["code"])
        for one in step.params if step else ():
            found[f"step_{row}_{one.name}"] = _field(actor, one, data["params"].get(one.name))
    return found


def step_rows(form: forms.BaseForm, rows: Sequence[Mapping[str, Any]]) -> list[StepRow]:
    """The rows as the template draws them."""
    found = []
    for row, data in enumerate(rows):
        step = _known(data["code"])
        drawn = StepRow(number=row, code=data["code"], title=str(step.title) if step else data["code"])
        if step is not None:
            drawn = replace(drawn, fields=tuple(form[f"step_{row}_{one.name}"] for one in step.params))
        found.append(drawn)
    return found


def step_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every step there is, by the room whose things it changes."""
    rooms: dict[str, list[tuple[str, str]]] = {}
    for step in all_steps():
        room = str(apps.get_app_config(step.thing._meta.app_label).verbose_name)
        rooms.setdefault(room, []).append((step.code, str(step.title)))
    return list(rooms.items())


def field_blamed(rows: Sequence[Mapping[str, Any]], message: str) -> str | None:
    """The input that a message of `StepsError` is shown beside: the first of the step it names; None for no input."""
    found = PLACE.search(message)
    row = int(found[1]) - 1 if found else -1
    step = _known(rows[row]["code"]) if 0 <= row < len(rows) else None
    return f"step_{row}_{step.params[0].name}" if step and step.params else None


def _known(code: str) -> Step | None:
    try:
        return step_of(code)
    except UnknownStep:
        return None


def _field(actor: Actor, one: Parameter, value: object) -> forms.Field:
    made = value_field(one.field(), choices=one.options(actor) if one.options is not None else None)
    # As it is kept, or as it was typed.
    made.initial = YES_OR_NO[value] if isinstance(value, bool) else value
    return made


def steps_in_words(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], str]:
    """Each step's title and parameters for reading; and why they cannot be run, "" where they can."""
    try:
        calls = parse_steps(actor, rows)
    except ValidationError as wrong:
        titles = [(_known(row["code"]), row["code"]) for row in rows]
        told: list[dict[str, Any]] = [
            {"title": str(step.title) if step else code, "words": []} for step, code in titles
        ]
        return told, " ".join(wrong.messages)
    return [{"title": str(call.step.title), "words": call.words(actor)} for call in calls], ""
