"""What is asked before something is erased for good."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.forms import ActionForm

WORD = _("erase")


class FindForm(forms.Form):
    """Which text is looked for among the personal values."""

    text = forms.CharField(
        label=_("Name, address or other text"),
        min_length=3,
        max_length=200,
        help_text=_("Every value of the trail that holds it is found, however it is spelt in capitals."),
    )


class EraseForm(ActionForm, forms.Form):
    """Why, and that it is meant."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It stays in the trail. Do not repeat in it what you erase."),
    )
    confirm = forms.CharField(
        label=_("Type “erase” to go on"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("It cannot be undone."),
    )

    def clean_confirm(self) -> str:
        typed: str = self.cleaned_data["confirm"]
        if typed.strip().lower() not in (str(WORD).lower(), "erase"):
            raise ValidationError(_("Type the word “erase”."), code="word")
        return typed


class ProofExportForm(ActionForm, forms.Form):
    """Which days, and whether with what is personal."""

    first_day = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label=_("To"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Without days it is the whole log, which alone proves that nothing is missing."),
    )
    with_values = forms.BooleanField(
        label=_("With names and other personal values that have not been erased"), required=False
    )


class OutletForm(ActionForm, forms.Form):
    """Where checkpoints go."""

    daily_mail = forms.BooleanField(
        label=_("Mail the last checkpoint to the firm’s administrators every day"), required=False
    )
    webhook_url = forms.URLField(
        label=_("Post checkpoints to this address"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=_(
            "An https address outside of your own network, such as your auditor’s. Once an hour, signed."
        ),
    )
    new_secret = forms.BooleanField(
        label=_("Make a new secret"),
        required=False,
        help_text=_("The one below stops working at once."),
    )
