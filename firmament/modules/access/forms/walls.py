"""Ethical walls: who is kept from what, why, and when somebody looks at it again."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.forms import ActionForm


class WallForm(ActionForm, forms.Form):
    """A wall before the thing that has been chosen."""

    membership = forms.ModelChoiceField(
        Membership.objects.none(), label=_("Person"), required=False, empty_label=_("Nobody by name")
    )
    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Or a whole team"), required=False, empty_label=_("No team")
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays with the wall, and is read by those who may see walls."),
    )
    review_on = forms.DateField(
        label=_("Look at it again on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The wall stands until somebody lifts it, also after this day."),
    )

    def __init__(
        self, *args: Any, members: "QuerySet[Membership]", teams: "QuerySet[Team]", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["membership"].queryset = members  # type: ignore[attr-defined]
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        if not teams:
            del self.fields["team"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        values.setdefault("team", None)
        if bool(values.get("membership")) == bool(values.get("team")):
            self.add_error("membership", _("Choose one person or one team."))
        return values


class LiftForm(ActionForm, forms.Form):
    """Why a wall may fall."""

    reason = forms.CharField(
        label=_("Why it can be lifted"),
        max_length=2000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReviewForm(ActionForm, forms.Form):
    """Why a wall stands on, and when somebody looks again."""

    note = forms.CharField(
        label=_("Why it stands on"), max_length=2000, strip=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    review_on = forms.DateField(
        label=_("Look at it again on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Leave it empty where nobody needs to look again."),
    )


class ReviewsForm(ReviewForm):
    """Which of the walls stand on, for one reason and until one day."""

    walls = forms.MultipleChoiceField(
        label=_("Walls"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one wall.")},
    )

    field_order = ("walls", "note", "review_on")

    def __init__(
        self, *args: Any, walls: Collection[tuple[str, str]], due: Collection[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.initial["walls"] = list(due)
        self.fields["note"].label = _("Why they stand on")
        self.fields["review_on"].label = _("Look at them again on")
        self.fields["walls"].choices = list(walls)  # type: ignore[attr-defined]
