"""What every operation begins with: the thing an id names, as far as the caller may see it."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.clients.models import Client, Contact, Engagement


def client_of(request: FirmRequest, pk: UUID) -> Client:
    """The client; 404 where there is none, or none to see."""
    client: Client = get_object_or_404(Client.objects.visible_to(request.actor), pk=pk)
    return client


def contact_of(request: FirmRequest, pk: UUID) -> Contact:
    """The contact; 404 as above."""
    rows = Contact.objects.visible_to(request.actor).select_related("client")
    contact: Contact = get_object_or_404(rows, pk=pk)
    return contact


def engagement_of(request: FirmRequest, pk: UUID) -> Engagement:
    """The engagement; 404 as above."""
    rows = Engagement.objects.visible_to(request.actor).select_related("client", "lead__user")
    engagement: Engagement = get_object_or_404(rows, pk=pk)
    return engagement


def member_of(pk: UUID | None, field: str) -> Membership | None:
    """The member of the firm that a body names; ValidationError at `field` where there is none."""
    if pk is None:
        return None
    member = Membership.objects.select_related("user").filter(pk=pk).first()
    if member is None:
        raise ValidationError({field: _("There is no such member of the firm.")}, code="unknown")
    return member
