"""What every operation begins with: the thing an id names, as far as the caller may see it."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from firmament.kernel.web.requests import FirmRequest
from firmament.modules.clients.models import Client, Contact


def client_of(request: FirmRequest, pk: UUID) -> Client:
    """The client; 404 where there is none, or none to see."""
    client: Client = get_object_or_404(Client.objects.visible_to(request.actor), pk=pk)
    return client


def contact_of(request: FirmRequest, pk: UUID) -> Contact:
    """The contact; 404 as above."""
    rows = Contact.objects.visible_to(request.actor).select_related("client")
    contact: Contact = get_object_or_404(rows, pk=pk)
    return contact
