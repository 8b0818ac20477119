"""Why an operator must look, for how long; what somebody else thinks of it afterwards."""

from django import forms
from django.utils.translation import gettext_lazy as _

from firmament.kernel.breakglass.models import LONGEST_MINUTES, REASON_LENGTH, SHORTEST_MINUTES, Verdict
from firmament.kernel.tenancy.validators import validate_not_blank, validate_text
from firmament.kernel.web.forms import ActionForm

HOW = (
    ("approval", _("Ask: a second operator agrees before anything opens")),
    ("emergency", _("Emergency: open it now, and somebody else looks it over afterwards")),
)


class AskForm(ActionForm, forms.Form):
    """A session in one firm."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=REASON_LENGTH,
        max_length=2000,
        strip=False,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What is wrong, and what you must see to mend it. The firm reads this."),
    )
    ticket = forms.CharField(label=_("Ticket"), max_length=80, validators=[validate_text])
    minutes = forms.IntegerField(
        label=_("For how many minutes"),
        min_value=SHORTEST_MINUTES,
        max_value=LONGEST_MINUTES,
        initial=60,
        help_text=_("At most 240, which is 4 hours. It ends by itself."),
    )
    how = forms.ChoiceField(label=_("How"), choices=HOW, initial="approval", widget=forms.RadioSelect)


class ReviewForm(ActionForm, forms.Form):
    """A look over a session that has ended."""

    verdict = forms.ChoiceField(label=_("Verdict"), choices=Verdict.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Note"),
        max_length=2000,
        strip=False,
        validators=[validate_text, validate_not_blank],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What you compared, and what follows. The firm reads this too."),
    )
