"""A client, and somebody there."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.forms import ActionForm, columns, member_field
from firmament.modules.clients.models import Client, Contact
from firmament.modules.clients.reports import possible_owners

CLIENT_FIELDS = [
    "kind", "name", "reference", "email", "phone", "vat_id",
    "address_line1", "address_line2", "postal_code", "city", "country", "notes",
]  # fmt: skip
CONTACT_FIELDS = ("name", "email", "phone", "title")


class ClientForm(ActionForm):
    """A client. `owner` is left out for whoever may not say who is responsible."""

    base_fields = {**columns(Client, CLIENT_FIELDS), "owner": member_field(_("Responsible"))}

    def __init__(self, *args: Any, with_owner: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].widget = forms.RadioSelect(choices=Client.Kind.choices)
        self.fields["notes"].widget.attrs["rows"] = 4
        self.fields["country"].widget.attrs.update(autocomplete="country", size=4)
        if with_owner:
            self.fields["owner"].queryset = possible_owners()  # type: ignore[attr-defined]
        else:
            del self.fields["owner"]

    @staticmethod
    def values_of(client: Client) -> dict[str, Any]:
        """What the form shows of a client."""
        return {name: getattr(client, name) for name in CLIENT_FIELDS} | {"owner": client.owner_id}


class ContactForm(ActionForm):
    """Somebody at a client."""

    base_fields = columns(Contact, CONTACT_FIELDS)

    @staticmethod
    def values_of(contact: Contact) -> dict[str, Any]:
        """What the form shows of a contact."""
        return {name: getattr(contact, name) for name in CONTACT_FIELDS}
