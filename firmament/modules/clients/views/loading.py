"""What every page begins with: the thing its address names, as far as the reader may see it."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404

from firmament.kernel.web.links import link
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.modules.clients.models import Client, Contact, Engagement
from firmament.ui.shapes import Crumb


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


def engagement_of(request: FirmRequest, pk: UUID) -> Engagement:
    """The engagement, or 404."""
    rows = Engagement.objects.visible_to(request.actor).select_related("client", "lead__user")
    engagement: Engagement = get_object_or_404(rows, pk=pk)
    return engagement


def crumbs_to(client: Client) -> tuple[Crumb, ...]:
    """The way to a client's parts."""
    return (
        Crumb(label=str(Client._meta.verbose_name_plural).capitalize(), url=link("clients:client_list")),
        Crumb(label=client.name, url=link("clients:client", pk=client.pk)),
    )


def go(name: str, **kwargs: object) -> HttpResponse:
    """On to another page, by GET."""
    return HttpResponseRedirect(link(name, **kwargs), status=303)


def say_refusal(request: FirmRequest, refused: ValidationError) -> None:
    """Say why an action did nothing."""
    for message in refused.messages:
        toast(request, str(message), tone="warning")
