"""Forms over actions: text kept as it was typed, and the action's own refusal shown beside the field it is about."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from django.forms.models import fields_for_model
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.wording.insertions import keep_insertions, measure_insertions, picker_address

Answer = TypeVar("Answer")

# Nobody picks more into one text; whoever sends more is no browser.
INSERTED_LIMIT = 100


class ActionForm(forms.BaseForm):
    """A form whose last word has the action: what that refuses is shown beside the field it is about."""

    def carry_out(self, act: Callable[[], Answer]) -> tuple[bool, Answer | None]:
        """Whether the action went through, and what it answered."""
        try:
            return True, act()
        except ValidationError as refused:
            self._take(refused)
            return False, None

    def _take(self, refused: ValidationError) -> None:
        by_field = refused.message_dict if hasattr(refused, "error_dict") else {"": refused.messages}
        for name, messages in by_field.items():
            field = name if name in self.fields and name != NON_FIELD_ERRORS else None
            for message in messages:
                self.add_error(field, message)


def day(field: Any) -> forms.DateField:
    """A day, in the browser's own picker."""
    return forms.DateField(
        label=field.label,
        required=field.required,
        help_text=field.help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def sent(request: HttpRequest) -> QueryDict | None:
    """What was filled in, for a form's `data`; None where the form is seen for the first time."""
    return request.POST if request.method == "POST" else None


def offer_wording(
    form: forms.BaseForm, name: str, actor: Actor, *, channel: str, place: str, **about: UUID | str | None
) -> None:
    """Let the actor pick approved wording into the text area `name`, if a room offers any.

    `channel` says what the text is ("email", "message", "ticket", "note", "document"), `place` where it is written
    ("documents.request"); `about` names the `client`, `contact` and `engagement` by id, or by the field of the same
    form in which they are chosen.
    """
    address = picker_address(actor)
    if not address:
        return
    known = {key: value for key, value in about.items() if isinstance(value, UUID)}
    chosen = {key: form.add_prefix(value) for key, value in about.items() if isinstance(value, str)}
    form.fields[name].widget.attrs |= {
        "data-picker": address,
        "data-picker-context": urlencode({"channel": channel, "place": place, **known}),
        "data-picker-with": " ".join(f"{key}={field}" for key, field in chosen.items()),
    }


def keep_wording(request: FirmRequest, about: Model, *, text: str, sent: bool) -> None:
    """Note that the wording which the form carries is a part of `about` now, in this text.

    What was inserted and taken out again before that counts as never used. `sent`: the text has reached whom it was
    written for, so it is known how much of the wording is left. What is sent later is measured then, by
    `wording.insertions.measure_insertions`.
    """
    found = []
    for one in request.POST.getlist("inserted")[:INSERTED_LIMIT]:
        # Another form, a program, an older page: what is no id stands for nothing.
        with suppress(ValueError):
            found.append(UUID(one))
    if found:
        keep_insertions(request.actor, found, about, text=text)
        if sent:
            measure_insertions(about, sent=text)


class MemberField(forms.ModelChoiceField):
    """A member of the firm, by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.user.name)


def member_field(label: Any) -> MemberField:
    """A field for a member of the firm, or nobody; the form says who can be chosen."""
    return MemberField(Membership.objects.none(), label=label, required=False, empty_label=_("Nobody"))


def columns(model: Any, names: Iterable[str]) -> dict[str, forms.Field]:
    """The model's own fields. Text is not trimmed: what was typed comes back as it was."""
    found = fields_for_model(model, fields=list(names))
    for name, field in found.items():
        if isinstance(field, forms.DateField):
            found[name] = day(field)
        elif isinstance(field, forms.CharField) and not isinstance(field, forms.EmailField):
            field.strip = False
    return found
