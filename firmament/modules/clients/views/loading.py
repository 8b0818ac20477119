"""What every page begins with: the thing its address names, as far as the reader may see it."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from firmament.kernel.web.requests import FirmRequest
from firmament.modules.clients.models import Client, Contact


def client_of(request: FirmRequest, pk: UUID) -> Client:
    """The client, or 404."""
    rows = Client.objects.visible_to(request.actor).select_related("owner__user")
    client: Client = get_object_or_404(rows, pk=pk)
    return client


def contact_of(request: FirmRequest, pk: UUID) -> Contact:
    """The contact, or 404."""
    rows = Contact.objects.visible_to(request.actor).select_related("client")
    contact: Contact = get_object_or_404(rows, pk=pk)
    return contact
