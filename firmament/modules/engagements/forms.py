"""A piece of work, and why it stops."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.forms import ActionForm, columns, member_field
from firmament.modules.clients.public import possible_owners
from firmament.modules.engagements.models import Engagement

ENGAGEMENT_FIELDS = ("title", "service_line", "starts_on", "ends_on")


class EngagementForm(ActionForm):
    """A piece of agreed work."""

    base_fields = {**columns(Engagement, ENGAGEMENT_FIELDS), "lead": member_field(_("Led by"))}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].queryset = possible_owners()  # type: ignore[attr-defined]

    @staticmethod
    def values_of(engagement: Engagement) -> dict[str, Any]:
        """What the form shows of an engagement."""
        return {name: getattr(engagement, name) for name in ENGAGEMENT_FIELDS} | {"lead": engagement.lead_id}


class ReasonForm(ActionForm):
    """Why."""

    base_fields = {
        "reason": forms.CharField(
            label=_("Reason"), max_length=2000, strip=False, widget=forms.Textarea(attrs={"rows": 3})
        )
    }
