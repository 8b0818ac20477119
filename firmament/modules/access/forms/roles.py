"""Roles of the firm's own."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.forms import ActionForm
from firmament.modules.access.forms.powers import power_fields, ticked_powers


class CopyForm(ActionForm, forms.Form):
    """What the copy is called."""

    name = forms.CharField(
        label=_("Name of the new role"),
        max_length=80,
        strip=False,
        help_text=_("For example “Senior staff” or “Tax assistant”."),
    )


class RoleForm(ActionForm, forms.Form):
    """What a role is called, how far it sees, and room by room what it allows."""

    name = forms.CharField(label=_("Name"), max_length=80, strip=False)
    clearance = forms.ChoiceField(
        label=_("Sees at most"),
        help_text=_("Things classified higher stay hidden, whatever the role allows."),
    )

    def __init__(
        self,
        *args: Any,
        clearances: Iterable[tuple[str, str]],
        rooms: Iterable[tuple[str, str, list[tuple[str, str]]]],
        carried: frozenset[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clearance"].choices = list(clearances)  # type: ignore[attr-defined]
        rooms = list(rooms)
        self.offered = {power for _code, _title, powers in rooms for power, _words in powers}
        self.carried = carried
        self.fields |= power_fields(rooms, ticked=carried.__contains__)

    @property
    def kept(self) -> frozenset[str]:
        """What the role carries and the form does not offer: it stays as it is."""
        return self.carried - self.offered

    def powers(self) -> frozenset[str]:
        """What was ticked, in every room, and what stays."""
        return frozenset(ticked_powers(self.cleaned_data)) | self.kept
