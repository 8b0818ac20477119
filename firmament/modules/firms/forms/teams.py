"""Teams and who is in them."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.forms import ActionForm, MemberField


class TeamForm(ActionForm, forms.Form):
    """How a team is called."""

    name = forms.CharField(label=_("Name of the team"), max_length=80, strip=False)


class MembersForm(ActionForm, forms.Form):
    """Somebody to put in."""

    member = MemberField(
        Membership.objects.none(),
        label=_("Person"),
        empty_label=_("Choose a person"),
        error_messages={"required": _("Choose a person.")},
    )

    def __init__(self, *args: Any, members: "QuerySet[Membership]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = members  # type: ignore[attr-defined]
