"""What the text picker sends: where a text is written, and the values that a snippet asks for."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.field_forms import choice_field, value_field
from firmament.kernel.web.languages import language_name
from firmament.kernel.wording.channels import Channel
from firmament.kernel.wording.errors import MissingValues, ValuesError, WordingError
from firmament.kernel.wording.fields import REFERENCES, Field, FieldType
from firmament.kernel.wording.filling import Place
from firmament.modules.clients.public import find_clients, find_contacts
from firmament.modules.engagements.public import engagement_cards, find_engagements
from firmament.modules.insertions.reports.picking import Question
from firmament.modules.snippets.public import Context

# As many as can be looked through in a list; of more, one is found by typing its name.
CHOICES = 100
CHOOSE = gettext_lazy("Choose whom or what this is about.")
CONTEXT_LABELS = {
    FieldType.CLIENT: gettext_lazy("Client"),
    FieldType.CONTACT: gettext_lazy("Contact"),
    FieldType.ENGAGEMENT: gettext_lazy("Engagement"),
}

Named = tuple[UUID, str]


class PlaceForm(forms.Form):
    """Where a text is written. `room` is how many characters there is room for."""

    channel = forms.ChoiceField(choices=Context, required=False)
    place = forms.CharField(max_length=80, required=False)
    output = forms.ChoiceField(choices=[(one.value, one.value) for one in Channel], required=False)
    client = forms.UUIDField(required=False)
    contact = forms.UUIDField(required=False)
    engagement = forms.UUIDField(required=False)
    room = forms.IntegerField(min_value=0, required=False)

    @property
    def found(self) -> Place:
        """The place; only of a form that is valid."""
        data = self.cleaned_data
        return Place(
            channel=data["channel"] or Context.NOTE,
            name=data["place"],
            output=Channel(data["output"] or Channel.PLAIN),
            client_id=data["client"],
            contact_id=data["contact"],
            engagement_id=data["engagement"],
        )


class FillForm(forms.Form):
    """What a snippet asks for, before it goes into a text: whom it is about, the language, its own fields."""

    def __init__(self, data: Any = None, *, actor: Actor, asked: Question, place: Place) -> None:
        # Not the place's own names: a field of a snippet may be called as it likes.
        super().__init__(data, prefix="fill", auto_id="picker_%s")
        self.asked, self.place = asked, place
        for kind, needed in asked.contexts:
            said = {"label": CONTEXT_LABELS[kind], "required": needed, "error_messages": {"required": CHOOSE}}
            self.fields[f"about_{kind}"] = _reference(actor, kind, place, **said)
        if asked.locales:
            self.fields["locale"] = forms.ChoiceField(
                label=_("Language"),
                choices=[(code, language_name(code)) for code in asked.locales],
                initial=asked.locale,
            )
        for field in asked.fields:
            self.fields[f"value_{field.name}"] = _control(actor, field, place)

    @property
    def values(self) -> dict[str, object]:
        """The values as they were typed or as they first stand; what the snippet's own rules make of them is theirs."""
        return {field.name: self._said(f"value_{field.name}") for field in self.asked.fields}

    @property
    def where(self) -> Place:
        """The place with what was chosen here."""
        about = {f"{kind}_id": _uuid(self._said(f"about_{kind}")) for kind, _needed in self.asked.contexts}
        return replace(self.place, locale=str(self._said("locale") or self.asked.locale), **about)  # type: ignore[arg-type]

    def refuse(self, error: WordingError) -> None:
        """Show beside each field what keeps the text from being inserted, and the rest above them."""
        problems = dict(error.problems) if isinstance(error, ValuesError) else {"": str(error)}
        for name, problem in problems.items():
            kind = name.partition(".")[0]
            about = f"about_{kind}"
            if f"value_{name}" in self.fields:
                self.add_error(f"value_{name}", problem)
            elif isinstance(error, MissingValues) and about in self.fields and not self._said(about):
                self.add_error(about, CHOOSE)
            else:
                self.add_error(None, problem)

    def _said(self, name: str) -> object:
        if name not in self.fields:
            return None
        if hasattr(self, "cleaned_data") and name in self.cleaned_data:
            return self.cleaned_data[name]
        return self[name].value()


class NamedField(forms.CharField):
    """One of more than can be looked through, by its name. Becomes its id, as text."""

    def __init__(self, *, find: Callable[[str], Iterable[Named]], **said: Any) -> None:
        super().__init__(max_length=200, **said)
        self.find = find

    def clean(self, value: Any) -> str:
        typed = str(super().clean(value) or "").strip()
        if not typed:
            return ""
        found = list(self.find(typed))
        exact = [pk for pk, name in found if name.casefold() == typed.casefold()]
        if len(exact) == 1 or len(found) == 1:
            return str(exact[0] if exact else found[0][0])
        if found:
            raise ValidationError(_("Several have that name. Write it in full."))
        raise ValidationError(_("Nothing has that name."))


def _control(actor: Actor, field: Field, place: Place) -> forms.Field:
    if field.type not in REFERENCES:
        return value_field(field)
    said = {
        "label": field.label,
        "help_text": field.help,
        "required": field.required,
        "initial": field.default,
    }
    return _reference(actor, field.type, place, **said)


def _reference(actor: Actor, kind: FieldType, place: Place, **said: Any) -> forms.Field:
    """A list of what the person may see, those of the page's client alone where it has one; or a name to type."""

    def find(text: str, limit: int = 20) -> list[Named]:
        match kind:
            case FieldType.CLIENT:
                return [(card.id, card.name) for card in find_clients(actor, text, limit=limit)]
            case FieldType.CONTACT:
                contacts = find_contacts(actor, text, place.client_id, limit=limit)
                return [(card.id, card.name) for card in contacts]
            case _ if place.client_id:
                cards = engagement_cards(actor, place.client_id)
                return [(card.id, card.title) for card in cards if text.casefold() in card.title.casefold()]
            case _:
                return [(card.id, card.title) for card in find_engagements(actor, text, limit=limit)]

    found = find("", CHOICES + 1)
    if len(found) > CHOICES:
        return NamedField(find=find, **said)
    if len(found) == 1 or (kind is FieldType.CONTACT and found and place.client_id):
        # The primary contact stands first.
        said["initial"] = str(found[0][0])
    return choice_field([(str(pk), name) for pk, name in found], **said)


def _uuid(value: object) -> UUID | None:
    # What was sent for a preview may be anything; the form itself refuses it when it comes to inserting.
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None
