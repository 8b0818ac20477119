"""The archive, the bin, and the end of a client."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError

from firmament.kernel.identity.models import Invitation
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.policies.models import PortalGrant, Wall
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.hooks import offered
from firmament.lib.instant import now
from firmament.modules.clients.events.bin import ClientBinned, ClientPurged, ClientRestored
from firmament.modules.clients.events.clients import ClientArchived, ClientUnarchived
from firmament.modules.clients.models import Client
from firmament.modules.clients.policies import Can


def archive_client(actor: Actor, client: Client) -> None:
    """Put a former client away: it is kept, found and read, and not written to.

    Refused with a ValidationError while another room has a reason against it (`client_archiving`), such as work that has
    not ended. Doing it twice changes nothing.
    """
    require(actor, Can.ARCHIVE, client)
    reasons = [reason for why_not in offered("client_archiving") if (reason := why_not(client.pk))]
    if reasons:
        raise ValidationError(reasons, code="in_use")
    open_rows = Client.objects.live().filter(pk=client.pk).exclude(state=Client.State.ARCHIVED)
    if open_rows.update(state=Client.State.ARCHIVED, archived_at=now()):
        record(actor, ClientArchived(client_id=client.pk))
    client.refresh_from_db()


def unarchive_client(actor: Actor, client: Client) -> None:
    """Take a client out of the archive, active. Doing it twice changes nothing."""
    require(actor, Can.ARCHIVE, client)
    archived = Client.objects.live().filter(pk=client.pk, state=Client.State.ARCHIVED)
    if archived.update(state=Client.State.ACTIVE, archived_at=None):
        record(actor, ClientUnarchived(client_id=client.pk))
    client.refresh_from_db()


def bin_client(actor: Actor, client: Client) -> None:
    """Put a client in the bin: out of every list and out of the portal at once, and back within thirty days."""
    require(actor, Can.DELETE, client)
    binned = Client.objects.live().filter(pk=client.pk)
    if binned.update(deleted_at=now(), deleted_by_id=actor.membership_id):
        record(actor, ClientBinned(client_id=client.pk))
    client.refresh_from_db()


def restore_client(actor: Actor, client: Client) -> None:
    """Take a client out of the bin, as it was. Doing it twice changes nothing."""
    require(actor, Can.RESTORE, client)
    if Client.objects.binned().filter(pk=client.pk).update(deleted_at=None, deleted_by_id=None):
        record(actor, ClientRestored(client_id=client.pk))
    client.refresh_from_db()


def purge_client(actor: Actor, client: Client) -> bool:
    """Delete a client whose time in the bin is over, for good; answers whether it is gone.

    What another room keeps about it (documents under a retention period, say) holds it back, and it stays in the
    bin. Contacts, invitations, portal grants and walls go with it, and what other rooms let go (`client_purging`), such as
    its engagements; the ledger's lines stay.
    """
    require(actor, Can.PURGE, client)
    if not Client.objects.due_for_purge(at=now()).filter(pk=client.pk).exists():
        return False
    pk = client.pk
    try:
        with transaction.atomic():
            for let_go in offered("client_purging"):
                let_go(pk)
            Wall.objects.filter(client_id=pk).delete()
            PortalGrant.objects.filter(client_id=pk).delete()
            Invitation.objects.filter(client_id=pk).delete()
            Client.objects.filter(pk=pk).delete()
    except ProtectedError:
        return False
    record(actor, ClientPurged(client_id=pk))
    return True
