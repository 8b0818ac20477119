"""Taking clients on, changing them, and saying who answers for them."""

from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.changes import apply_changes
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.authority import holders_of
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.modules.clients.events.clients import (
    ClientActivated,
    ClientChanged,
    ClientCreated,
    ClientDeactivated,
    ClientOwnerAssigned,
    ClientOwnerCleared,
)
from firmament.modules.clients.models import Client
from firmament.modules.clients.policies import Can


class ClientFields(TypedDict, total=False):
    """What people write about a client; what is left out stays as it is."""

    kind: str
    name: str
    reference: str
    email: str
    phone: str
    vat_id: str
    address_line1: str
    address_line2: str
    postal_code: str
    city: str
    country: str
    notes: str


def create_client(actor: Actor, *, owner: Membership | None = None, **fields: Unpack[ClientFields]) -> Client:
    """Take a client on. Without `owner`, the member who does it is responsible, if their role may be.

    Raises ValidationError by field.
    """
    require(actor, Can.CREATE)
    client = Client()
    apply_changes(client, {"kind": client.kind, "name": "", **fields})
    check_reference(client)
    client.owner = owner if owner is not None else _first_owner(actor)
    if owner is not None:
        check_owner(owner)
    client.save(force_insert=True)
    record(actor, ClientCreated(client_id=client.pk, kind=client.kind, name=client.name))
    return client


def _first_owner(actor: Actor) -> Membership | None:
    if actor.membership_id is None:
        return None
    member = Membership.objects.filter(pk=actor.membership_id).first()
    return member if member is not None and may_own(member) else None


def may_own(member: Membership) -> bool:
    """Whether this member's role lets them be responsible for clients."""
    return member.state == Membership.State.ACTIVE and holders_of(Can.OWN).filter(pk=member.pk).exists()


def check_owner(member: Membership) -> None:
    """Refuse a member who has left, or whose role is only to read."""
    if not may_own(member):
        raise ValidationError(
            {
                "owner": _(
                    "This person cannot be responsible for clients: they have left, or their role does not allow it."
                )
            },
            code="owner",
        )


def check_reference(client: Client) -> None:
    """Refuse a reference that another client has, in words; the database refuses it in any case."""
    if client.reference and Client.objects.filter(reference=client.reference).exclude(pk=client.pk).exists():
        raise ValidationError({"reference": _("Another client already has this reference.")}, code="unique")


def edit_client(actor: Actor, client: Client, **fields: Unpack[ClientFields]) -> None:
    """Change what is written about a client. Nothing is recorded where nothing differs.

    An archived client is read-only until it is taken out of the archive: ValidationError.
    """
    require(actor, Can.EDIT, client)
    refuse_archived(client)
    changes = apply_changes(client, fields)
    if not changes:
        return
    check_reference(client)
    client.save(update_fields=[*fields, "updated_at"])
    record(actor, ClientChanged(client_id=client.pk, changes=changes))


def refuse_archived(client: Client) -> None:
    """The archive is not written to."""
    if client.is_archived:
        raise ValidationError(
            _("This client is in the archive. Take it out first; then it can be changed."), code="archived"
        )


def assign_owner(actor: Actor, client: Client, owner: Membership | None) -> None:
    """Say who answers for a client; None says that nobody in particular does."""
    require(actor, Can.ASSIGN_OWNER, client)
    if owner is not None:
        check_owner(owner)
    before = client.owner
    if (before.pk if before else None) == (owner.pk if owner else None):
        return
    client.owner = owner
    client.save(update_fields=["owner", "updated_at"])
    was = str(before) if before else ""
    if owner is None:
        record(actor, ClientOwnerCleared(client_id=client.pk, before=was))
        return
    record(actor, ClientOwnerAssigned(client_id=client.pk, owner_id=owner.pk, before=was, after=str(owner)))


def deactivate_client(actor: Actor, client: Client) -> None:
    """Say that there is no work for a client just now. Doing it twice changes nothing."""
    require(actor, Can.EDIT, client)
    if _set_state(client, before=Client.State.ACTIVE, after=Client.State.INACTIVE):
        record(actor, ClientDeactivated(client_id=client.pk))


def activate_client(actor: Actor, client: Client) -> None:
    """Say that there is work for a client again. Doing it twice changes nothing."""
    require(actor, Can.EDIT, client)
    if _set_state(client, before=Client.State.INACTIVE, after=Client.State.ACTIVE):
        record(actor, ClientActivated(client_id=client.pk))


def _set_state(client: Client, *, before: str, after: str) -> bool:
    # A conditional update: of two clicks at the same moment only one is a change.
    changed = Client.objects.live().filter(pk=client.pk, state=before).update(state=after)
    client.refresh_from_db()
    return bool(changed)
