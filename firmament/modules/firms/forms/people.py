"""People: inviting them, what they may do, and their leaving."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.models import Role
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.forms import ActionForm
from firmament.modules.firms.forms.parts import role_choices


class InviteForm(ActionForm, forms.Form):
    """An offer to join the firm."""

    name = forms.CharField(label=_("Name"), max_length=200, strip=False)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    role_codes = forms.MultipleChoiceField(
        label=_("Roles"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one role.")},
        help_text=_("Only roles that carry nothing you do not hold yourself. Several are united."),
    )

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role_codes"].choices = role_choices(roles)  # type: ignore[attr-defined]


class RolesForm(ActionForm, forms.Form):
    """What a colleague may do."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Several are united. A change counts from the very next click of this person."),
    )

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = role_choices(roles)  # type: ignore[attr-defined]


class TitleForm(ActionForm, forms.Form):
    """What a colleague is called in the firm."""

    title = forms.CharField(
        label=_("Job title"),
        max_length=80,
        required=False,
        strip=False,
        help_text=_("For example “Partner, tax”."),
    )


class DeactivateForm(ActionForm, forms.Form):
    """Who takes over from somebody who leaves."""

    reassign_to = forms.ModelChoiceField(
        Membership.objects.none(), label=_("Who takes over"), required=False, empty_label=_("Nobody for now")
    )

    def __init__(self, *args: Any, successors: "QuerySet[Membership]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reassign_to"].queryset = successors  # type: ignore[attr-defined]
