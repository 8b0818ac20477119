"""Clients by name, reference and whatever is noted about them; contacts by name and address."""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.search.chunks import Section
from firmament.kernel.search.declaring import declare_source
from firmament.kernel.search.sources import Page, Source
from firmament.modules.clients.models import Client, Contact


def client_page(client: Client) -> Page:
    details = (*client.address, client.phone, client.vat_id)
    return Page(
        title=client.name,
        subtitle=" · ".join(part for part in (client.city, client.email) if part),
        keys=(client.reference,),
        body=(Section("", "\n".join(filter(None, details))), Section("", client.notes, internal=True)),
    )


def contact_page(contact: Contact) -> Page:
    return Page(
        title=contact.name,
        subtitle=" · ".join(part for part in (contact.title, contact.client.name) if part),
        keys=(contact.email,),
        body=(Section("", "\n".join(filter(None, (contact.email, contact.phone)))),),
        opens=contact.client_id,
    )


CLIENTS = declare_source(
    Source(
        model="clients.Client",
        label=_("Clients"),
        icon="building",
        page=client_page,
        facts=("deleted_at",),
        url="clients:client",
        portal_url="clients_portal:profile",
        portal_lists=True,
    )
)
CONTACTS = declare_source(
    Source(
        model="clients.Contact",
        label=_("Contacts"),
        icon="user",
        page=contact_page,
        related=("client",),
        url="clients:client",
        portal_url="clients_portal:profile",
        portal_lists=True,
    )
)
