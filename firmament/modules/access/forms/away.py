"""Powers lent for a time."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import declaration
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.forms import ActionForm, MemberField
from firmament.lib.instant import now
from firmament.modules.access.forms.powers import power_fields, ticked_powers

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class AwayForm(ActionForm, forms.Form):
    """To whom, from which day to which, why, and room by room what is lent."""

    borrower = MemberField(
        Membership.objects.none(),
        label=_("Who stands in"),
        empty_label=_("Choose a person"),
        error_messages={"required": _("Choose a person.")},
    )
    starts_at = forms.DateField(label=_("First day"), widget=DAY)
    ends_at = forms.DateField(
        label=_("Last day"), widget=DAY, help_text=_("It ends by itself after this day.")
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        strip=False,
        help_text=_("For example “On leave”. It stands in the list of what is lent, and in the audit trail."),
    )

    def __init__(
        self,
        *args: Any,
        members: "QuerySet[Membership]",
        rooms: Iterable[tuple[str, str, list[tuple[str, str]]]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["borrower"].queryset = members  # type: ignore[attr-defined]
        # What is sensitive is lent only by whoever means to.
        self.fields |= power_fields(rooms, ticked=lambda power: not declaration(power).sensitive)

    def given(self) -> dict[str, Any]:
        """What the action takes: from the first instant of the first day to the end of the last, in the reader's time."""
        values = self.cleaned_data
        starts = _midnight(values["starts_at"])
        return {
            "borrower": values["borrower"],
            "starts_at": max(starts, now()) if values["starts_at"] == timezone.localdate(now()) else starts,
            "ends_at": end_of(values["ends_at"]),
            "reason": values["reason"],
            "powers": ticked_powers(values),
        }


def end_of(day: date) -> datetime:
    """The instant at which a day is over, in the reader's time; the latest there is, for a day that has no next one."""
    return _midnight(day + timedelta(days=1)) if day < date.max else _midnight(day)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
