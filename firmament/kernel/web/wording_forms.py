"""The editor of a wording: its texts by language, what they ask for, and its follow-up steps."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from firmament.kernel.macros.parsing import StepsError
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.field_forms import ROW, row_data, row_fields, rows_sent
from firmament.kernel.web.forms import ActionForm
from firmament.kernel.web.languages import LANGUAGES, language_name
from firmament.kernel.web.step_forms import (
    StepRow,
    field_blamed,
    step_choices,
    step_fields,
    step_rows,
    steps_after,
    steps_sent,
)
from firmament.kernel.wording.fields import FIELDS_LIMIT, Field, parse_schema


def _known(codes: Iterable[str]) -> list[str]:
    return [code for code in dict.fromkeys(codes) if code in LANGUAGES]


class WordingForm(ActionForm):
    """A room derives its own, and adds how the thing is called and kept.

    The texts (`body_de`, after `language`), the rows of fields (`ask_0_name`) and of steps (`step_0_reason`) are as many
    as `bodies`, `asked` and `steps` of the initial values, or what was sent, say. The first language is the one that must
    be written in. A button `more` changes the rows or adds a language to what was typed (`typed`), without saving.
    """

    def __init__(self, data: QueryDict | None, *, actor: Actor, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial))
        sent = [] if data is None else _known(data.getlist("language"))
        # A form that names no language we know is asked again for the text it should have had.
        self.languages = sent or _known(initial["bodies"]) or [LANGUAGES[0]]
        for code in self.languages:
            self.fields[f"body_{code}"] = forms.CharField(
                label=language_name(code),
                required=code == self.languages[0],
                strip=False,
                initial=initial["bodies"].get(code, ""),
                widget=forms.Textarea(attrs={"rows": 9, "lang": code, "spellcheck": "true"}),
            )
        self._rows = range(len(initial["asked"]) if data is None else rows_sent(data))
        for row in self._rows:
            values = initial["asked"][row] if row < len(initial["asked"]) else {}
            self.fields.update(row_fields(row, values))
        self._steps = list(initial["steps"]) if data is None else steps_sent(data)
        self.fields.update(step_fields(actor, self._steps))

    @property
    def bodies(self) -> list[tuple[str, forms.BoundField]]:
        """The languages with their texts, the first language first."""
        return [(code, self[f"body_{code}"]) for code in self.languages]

    @property
    def rows(self) -> list[dict[str, forms.BoundField]]:
        """What is asked for, row by row."""
        return [{name: self[f"ask_{row}_{name}"] for name in ROW} for row in self._rows]

    @property
    def steps(self) -> list[StepRow]:
        """The follow-up steps, row by row."""
        return step_rows(self, self._steps)

    @property
    def step_choices(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The steps that can be added."""
        return step_choices()

    @property
    def further_languages(self) -> list[tuple[str, str]]:
        """Those it is not written in yet."""
        found = [(code, language_name(code)) for code in LANGUAGES if code not in self.languages]
        return sorted(found, key=lambda pair: pair[1])

    @property
    def texts_sent(self) -> dict[str, str]:
        """What was written, by language; of a form that is valid, as the two below."""
        written = {code: self.cleaned_data[f"body_{code}"] for code in self.languages}
        return {code: text.replace("\r\n", "\n") for code, text in written.items() if text.strip()}

    @property
    def fields_sent(self) -> tuple[Field, ...]:
        """What is to be asked for; `SchemaError` (a ValidationError) for what cannot be."""
        given = self.cleaned_data
        rows = [row_data({name: given[f"ask_{row}_{name}"] for name in ROW}) for row in self._rows]
        return parse_schema([row for row in rows if row["name"]])

    @property
    def steps_sent(self) -> tuple[Mapping[str, Any], ...]:
        """The steps."""
        return tuple(self._steps)

    def _take(self, refused: ValidationError) -> None:
        """What is wrong with a text or a step stands below it."""
        if isinstance(refused, StepsError):
            for message in refused.messages:
                self.add_error(field_blamed(self._steps, message), message)
            return
        if not hasattr(refused, "error_dict") or "bodies" not in refused.error_dict:
            super()._take(refused)
            return
        for message in refused.message_dict["bodies"]:
            code, colon, text = message.partition(": ")
            if colon and code in self.languages:
                self.add_error(f"body_{code}", text)
            else:
                self.add_error(f"body_{self.languages[0]}", message)

    @staticmethod
    def typed(data: QueryDict) -> dict[str, Any]:
        """The texts, rows and steps typed so far, changed as the button `more` says."""
        rows = [{name: data.get(f"ask_{row}_{name}", "") for name in ROW} for row in range(rows_sent(data))]
        bodies = {code: data.get(f"body_{code}", "") for code in _known(data.getlist("language"))}
        further = data.get("new_language", "")
        if data.get("more") == "field":
            rows.append({})
        elif data.get("more") == "language" and further in LANGUAGES:
            bodies.setdefault(further, "")
        return {"bodies": bodies, "asked": rows[:FIELDS_LIMIT], "steps": steps_after(data)}
