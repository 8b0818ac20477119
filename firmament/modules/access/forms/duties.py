"""Powers that are kept apart, and who need not keep them so."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.models_duties import DutyPair
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.forms import ActionForm, MemberField
from firmament.modules.access.forms.away import DAY, end_of

TEXT = forms.Textarea(attrs={"rows": 3})


class PairForm(ActionForm, forms.Form):
    """How far the two that were chosen are kept apart, and why."""

    kind = forms.ChoiceField(
        label=_("How they are kept apart"),
        choices=DutyPair.Kind.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "“On the same thing” lets one person have both, and refuses the second on whatever they used the first on."
        ),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        strip=False,
        widget=TEXT,
        help_text=_("It stands where a change is refused, and auditors read it."),
    )


class RetireForm(ActionForm, forms.Form):
    """Why two powers need not be kept apart any more."""

    reason = forms.CharField(
        label=_("Why they need not be kept apart any more"), max_length=2000, strip=False, widget=TEXT
    )


class ExemptForm(ActionForm, forms.Form):
    """Who need not keep them apart, why, and until when."""

    membership = MemberField(
        Membership.objects.none(), label=_("Who is exempt"), empty_label=_("Choose a person")
    )
    ends_at = forms.DateField(
        label=_("Last day"),
        widget=DAY,
        help_text=_("It ends by itself after this day, a year from now at most."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=2000, strip=False, widget=TEXT)

    def __init__(self, *args: Any, members: "QuerySet[Membership]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["membership"].queryset = members  # type: ignore[attr-defined]

    def until(self) -> datetime:
        """The end of the last day, in the reader's time."""
        return end_of(self.cleaned_data["ends_at"])
