"""Forms over actions: text kept as it was typed, and the action's own refusal shown beside the field it is about."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms.models import fields_for_model
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import Membership

Answer = TypeVar("Answer")


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
