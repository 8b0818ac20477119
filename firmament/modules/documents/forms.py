"""What people type: a request with its items, and the reasons they give."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.actor import Actor
from firmament.modules.documents.actions.requests import ItemDraft
from firmament.modules.documents.models import RequestItem
from firmament.modules.engagements.public import engagement_cards

MAX_ITEMS = 40


class RequestForm(forms.Form):
    """The head of a request. `engagement_id` offers the client's open engagements."""

    title = forms.CharField(
        label=_("Title"),
        max_length=160,
        help_text=_("The client reads it, for example “Papers for your tax return”."),
    )
    due_on = forms.DateField(
        label=_("Due on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    engagement_id = forms.TypedChoiceField(
        label=_("Engagement"),
        required=False,
        coerce=lambda value: UUID(value) if value else None,
        empty_value=None,
    )
    note = forms.CharField(
        label=_("Message to the client"),
        required=False,
        max_length=4000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    remind = forms.BooleanField(
        label=_("Remind the client by e-mail"),
        required=False,
        initial=True,
        help_text=_(
            "Three days before, on the day, and 3, 7 and 14 days after; it stops when everything is in."
        ),
    )

    def __init__(self, *args: Any, actor: Actor, client_id: UUID, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(str(card.id), card.title) for card in engagement_cards(actor, client_id)]
        field = self.fields["engagement_id"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", _("None")), *offered]


class ItemForm(forms.Form):
    """One document to ask for. An empty row is no document."""

    title = forms.CharField(label=_("What is needed"), max_length=160, required=False)
    help = forms.CharField(label=_("Help for the client"), max_length=500, required=False)
    kind = forms.ChoiceField(
        label=_("Kind of file"),
        choices=RequestItem.Kind.choices,
        initial=RequestItem.Kind.ANY,
        required=False,
    )
    files_needed = forms.IntegerField(
        label=_("Files needed"), min_value=1, max_value=50, initial=1, required=False
    )
    max_megabytes = forms.IntegerField(
        label=_("Largest size (MB)"), min_value=1, max_value=200, initial=25, required=False
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("help") and not data.get("title"):
            raise ValidationError({"title": _("Say what is needed, or clear this row.")})
        return data


class BaseItemFormSet(forms.BaseFormSet):
    """The rows of a request."""

    def drafts(self) -> list[ItemDraft]:
        """The rows that were filled in, in their order."""
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("title")]
        return [
            ItemDraft(
                title=row["title"],
                help=row.get("help") or "",
                kind=row.get("kind") or RequestItem.Kind.ANY,
                files_needed=row.get("files_needed") or 1,
                files_allowed=max(5, row.get("files_needed") or 1),
                max_megabytes=row.get("max_megabytes") or 25,
            )
            for row in rows
        ]


def item_formset(data: Any = None, *, items: Sequence[RequestItem] = (), rows: int = 4) -> BaseItemFormSet:
    """The rows, filled from what is there; at least `rows` of them."""
    kind = forms.formset_factory(
        ItemForm,
        formset=BaseItemFormSet,
        extra=max(0, rows - len(items)),
        max_num=MAX_ITEMS,
        absolute_max=MAX_ITEMS,
        validate_max=True,
    )
    initial = [
        {
            "title": item.title,
            "help": item.help,
            "kind": item.kind,
            "files_needed": item.files_needed,
            "max_megabytes": item.max_megabytes,
        }
        for item in items
    ]
    if data is not None and "rows" in data:
        # The button “More rows” sends the page as it is; nothing is judged and nothing is lost.
        data = data.copy()
        data["items-TOTAL_FORMS"] = str(min(MAX_ITEMS, _count(data.get("items-TOTAL_FORMS")) + rows))
    return cast(BaseItemFormSet, kind(data, initial=None if data is not None else initial, prefix="items"))


def _count(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else 0


class ReasonForm(forms.Form):
    """Why. For a rejection the client reads it."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, strip=False, widget=forms.Textarea(attrs={"rows": 3})
    )
