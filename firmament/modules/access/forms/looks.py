"""Looking as somebody else."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.forms import ActionForm
from firmament.modules.access.reports.questions import Options


class LookForm(ActionForm, forms.Form):
    """As whom, and why."""

    person = forms.ChoiceField(label=_("See Firmament as"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        strip=False,
        help_text=_(
            "For example “She says a client is missing”. It stands in the audit trail, where they can be shown it."
        ),
    )

    def __init__(self, *args: Any, people: Options, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", _("Choose a person")), *people]  # type: ignore[attr-defined]
