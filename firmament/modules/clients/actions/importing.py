"""Clients by the file, and the way back."""

from typing import Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from firmament.kernel.identity.models import Invitation
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.policies.models import PortalGrant, Wall
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.modules.clients.actions.clients import ClientFields, create_client
from firmament.modules.clients.actions.contacts import add_contact
from firmament.modules.clients.events.bin import ClientWithdrawn
from firmament.modules.clients.models import Client
from firmament.modules.clients.policies import Can


def import_client(
    actor: Actor, *, owner: Membership | None, contact_name: str, **fields: Unpack[ClientFields]
) -> Client:
    """Take a client on from a row of a file, with its contact where the row names one."""
    require(actor, Can.IMPORT)
    client = create_client(actor, owner=owner, **fields)
    if contact_name:
        add_contact(
            actor, client, name=contact_name, email=fields.get("email", ""), phone=fields.get("phone", "")
        )
    return client


def withdraw_client(actor: Actor, client: Client) -> None:
    """Delete an imported client as if it had never come, with its contacts.

    ValidationError once anything hangs on it: agreed work, the portal, a wall, what other rooms keep.
    """
    require(actor, Can.IMPORT)
    require(actor, Can.VIEW, client)
    held = (
        PortalGrant.objects.filter(client_id=client.pk).exists()
        or Invitation.objects.filter(client_id=client.pk).exists()
        or Wall.objects.filter(client_id=client.pk).exists()
    )
    if held:
        raise ValidationError(_("It is in use by now."), code="in_use")
    event = ClientWithdrawn(client_id=client.pk, name=client.name)
    try:
        with transaction.atomic():
            Client.objects.filter(pk=client.pk).delete()
    except ProtectedError as kept:
        raise ValidationError(_("It is in use by now."), code="in_use") from kept
    record(actor, event)
