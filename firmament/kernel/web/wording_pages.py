"""A wording on the page of what it belongs to: how it reads, for whomever one likes, and a version of it in words."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firmament.kernel.web.field_forms import value_field
from firmament.kernel.web.forms import ActionForm
from firmament.kernel.web.languages import language_name
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.wording.channels import Channel
from firmament.kernel.wording.errors import WordingError
from firmament.kernel.wording.fields import Field
from firmament.kernel.wording.filling import Place, Wording, fill_with_samples, fill_wording

Choices = Sequence[tuple[str, str]]


class PreviewForm(ActionForm):
    """With whom, and with which values, to look at a wording. `asked` are the fields it asks for."""

    base_fields = {
        "client": forms.ChoiceField(label=gettext_lazy("As for the client"), required=False),
        "locale": forms.ChoiceField(label=gettext_lazy("Language"), required=False),
    }

    def __init__(
        self, data: QueryDict | None, *, clients: Choices, locales: Sequence[str], asked: Sequence[Field]
    ) -> None:
        super().__init__(data)
        cast(forms.ChoiceField, self.fields["client"]).choices = [("", _("An example")), *clients]
        languages = [(code, language_name(code)) for code in locales]
        cast(forms.ChoiceField, self.fields["locale"]).choices = languages
        self.asked = [field.name for field in asked]
        for field in asked:
            self.fields[f"value_{field.name}"] = value_field(field, required=False)

    @property
    def values(self) -> dict[str, object]:
        """The values filled in, by the name of each field."""
        given = {name: self.cleaned_data[f"value_{name}"] for name in self.asked}
        return {name: value for name, value in given.items() if value not in ("", None)}


def preview_of(request: FirmRequest, wording: Wording, *, channel: str, clients: Choices) -> dict[str, Any]:
    """What `web/wording_preview.html` shows: the text with samples, or for the client and with the values sent.

    Nothing is noted as used.
    """
    first = wording.own.default_locale
    data = request.POST if request.method == "POST" and "preview" in request.POST else None
    locales = [first, *(code for code in wording.own.bodies if code != first)]
    form = PreviewForm(data, clients=clients, locales=locales, asked=wording.fields)
    valid = form.is_valid()
    client, locale = (form.cleaned_data["client"], form.cleaned_data["locale"]) if valid else ("", first)
    try:
        if client:
            place = Place(channel=channel, output=Channel.HTML, locale=locale, client_id=UUID(client))
            text = fill_wording(request.actor, wording, values=form.values, place=place).text
        else:
            text = fill_with_samples(
                request.actor, wording, locale=locale, given=form.values if valid else {}
            )
    except WordingError as refused:
        return {"preview_form": form, "fault": str(refused)}
    return {"preview_form": form, "text": text}


def words_of(content: Mapping[str, Any]) -> dict[str, str]:
    """A version of a wording as texts by their labels: each language, what is asked for, and the steps.

    `content` has `bodies`, `fields` and `steps`, as SnippetVersion keeps them.
    """
    asked = "\n".join(f"{field['label']} ({field['name']}, {field['type']})" for field in content["fields"])
    texts = {language_name(code): body for code, body in content["bodies"].items()}
    steps = "\n".join(
        " · ".join([step["code"], *(f"{name}: {value}" for name, value in step["params"].items())])
        for step in content["steps"]
    )
    return (
        texts
        | ({_("What is asked for"): asked} if asked else {})
        | ({_("Follow-up steps"): steps} if steps else {})
    )
