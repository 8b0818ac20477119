"""Who may come in, and who is kept away."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.policies.scopes import SCOPE_TITLES, Scope
from firmament.kernel.web.forms import ActionForm

# What a new person in the portal may do unless somebody chooses otherwise: the papers, and their own details.
USUAL_SCOPES = (
    Scope.DOCUMENTS_LIST,
    Scope.DOCUMENTS_DOWNLOAD,
    Scope.DOCUMENTS_UPLOAD,
    Scope.CONTACTS_READ,
    Scope.CONTACTS_UPDATE,
    Scope.ENGAGEMENTS_READ,
)
# Scopes whose rooms stand; the others are granted once there is something behind them.
OFFERED_SCOPES = USUAL_SCOPES


def _scopes_field() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("What they may do"),
        choices=[(str(scope), SCOPE_TITLES[scope]) for scope in OFFERED_SCOPES],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one thing this person may do.")},
    )


class InviteForm(ActionForm):
    """An invitation into the portal, for one client."""

    base_fields = {
        "name": forms.CharField(label=_("Name"), max_length=200, strip=False),
        "email": forms.EmailField(label=_("E-mail"), max_length=254),
        "scopes": _scopes_field(),
    }


class GrantForm(ActionForm):
    """What somebody may do in the portal for one client, and until when."""

    base_fields = {
        "scopes": _scopes_field(),
        "ends_on": forms.DateField(
            label=_("Last day"),
            required=False,
            help_text=_("Leave it empty for access without an end."),
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        ),
    }

    def expires_at(self) -> datetime | None:
        """The first instant after the last day, in the reader's time zone."""
        last: date | None = self.cleaned_data["ends_on"]
        if last is None:
            return None
        return datetime.combine(last + timedelta(days=1), time.min, tzinfo=timezone.get_current_timezone())

    def kept_scopes(self, grant: PortalGrant) -> list[str]:
        """The choice, and with it what the form does not offer and the grant already holds."""
        offered = {str(scope) for scope in OFFERED_SCOPES}
        return [*self.cleaned_data["scopes"], *(scope for scope in grant.scopes if scope not in offered)]
