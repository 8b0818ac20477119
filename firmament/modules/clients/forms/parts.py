"""What the forms of this room share."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import Membership


class MemberField(forms.ModelChoiceField):
    """A member of the firm, by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.user.name)


def member_field(label: Any) -> MemberField:
    return MemberField(Membership.objects.none(), label=label, required=False, empty_label=_("Nobody"))
