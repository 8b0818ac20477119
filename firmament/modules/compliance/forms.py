"""What is asked before a report is ordered."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.compliance import ComplianceBoard
from firmament.kernel.web.forms import ActionForm
from firmament.modules.compliance.models import ReportOrder


class OrderForm(ActionForm, forms.Form):
    """What, how often, about which days, and who is told."""

    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        strip=False,
        help_text=_("It stands at the head of the report, such as “Monthly compliance report”."),
    )
    boards = forms.MultipleChoiceField(
        label=_("Boards"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one board.")},
        help_text=_("A report shows what you may see yourself, each time as it is then."),
    )
    rhythm = forms.ChoiceField(
        label=_("How often"),
        choices=ReportOrder.Rhythm,
        initial=ReportOrder.Rhythm.MONTHLY,
        help_text=_("In the morning of the day, by the firm’s clock."),
    )
    covers = forms.ChoiceField(label=_("About"), choices=ReportOrder.Covers, initial=ReportOrder.Covers.MONTH)
    recipients = forms.MultipleChoiceField(
        label=_("Who is told"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("By mail with a link; the report itself stays in the house. Each download is recorded."),
    )

    def __init__(
        self,
        *args: Any,
        offered: Iterable[ComplianceBoard],
        members: Iterable[Membership],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["boards"].choices = [(one.key, one.title) for one in offered]  # type: ignore[attr-defined]
        self.fields["recipients"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), one.user.name) for one in members
        ]

    def leave_out(self, rhythm: str) -> None:
        """Do not offer it."""
        kept = [one for one in ReportOrder.Rhythm.choices if one[0] != rhythm]
        self.fields["rhythm"].choices = kept  # type: ignore[attr-defined]

    def asked(self) -> dict[str, Any]:
        """What the action is called with."""
        given = self.cleaned_data
        told = [UUID(pk) for pk in given["recipients"]]
        names = ("title", "boards", "rhythm", "covers")
        return {**{name: given[name] for name in names}, "recipient_ids": told}
