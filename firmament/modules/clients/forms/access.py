"""Who may come in, and who is kept away."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.models import PortalGrant, Team
from firmament.kernel.policies.scopes import SCOPE_TITLES, Scope
from firmament.kernel.tenancy.models import Membership
from firmament.modules.clients.forms.parts import ActionForm, member_field

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


class WallForm(ActionForm):
    """Who is kept away, and why."""

    base_fields = {
        "membership": member_field(_("Person")),
        "team": forms.ModelChoiceField(
            Team.objects.none(), label=_("Or a whole team"), required=False, empty_label=_("No team")
        ),
        "reason": forms.CharField(
            label=_("Reason"), max_length=2000, strip=False, widget=forms.Textarea(attrs={"rows": 3})
        ),
        "review_on": forms.DateField(
            label=_("Look at it again on"),
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        ),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.filter(state=Membership.State.ACTIVE).select_related("user")
        self.fields["membership"].queryset = members.order_by("user__name")  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]

    def clean(self) -> None:
        values = self.cleaned_data
        if bool(values.get("membership")) == bool(values.get("team")):
            self.add_error("membership", _("Choose one person or one team."))
