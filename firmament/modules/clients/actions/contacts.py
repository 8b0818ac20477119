"""The people at a client."""

from typing import TYPE_CHECKING, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.changes import apply_changes
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.actor import Actor
from firmament.modules.clients.actions.clients import refuse_archived
from firmament.modules.clients.events.contacts import (
    ContactAdded,
    ContactChanged,
    ContactLeft,
    ContactLinked,
    ContactMadePrimary,
    ContactRemoved,
    ContactReturned,
)
from firmament.modules.clients.models import Client, Contact
from firmament.modules.clients.policies import Can

if TYPE_CHECKING:
    from firmament.kernel.identity.models import User


class ContactFields(TypedDict, total=False):
    """What people write about a contact; what is left out stays as it is."""

    name: str
    email: str
    phone: str
    title: str


def add_contact(
    actor: Actor, client: Client, *, primary: bool = False, **fields: Unpack[ContactFields]
) -> Contact:
    """Write down somebody at a client. The first one is the primary contact. Raises ValidationError by field."""
    require(actor, Can.EDIT_CONTACTS, client)
    refuse_archived(client)
    contact = Contact(client=client)
    apply_changes(contact, {"name": "", **fields})
    check_address(contact)
    first = not Contact.objects.filter(client=client, primary=True).exists()
    contact.save(force_insert=True)
    record(actor, ContactAdded(client_id=client.pk, contact_id=contact.pk, name=contact.name))
    if primary or first:
        make_primary(actor, contact)
    return contact


def check_address(contact: Contact) -> None:
    """Refuse an address that another active contact of the client has, in words."""
    others = Contact.objects.active().filter(client_id=contact.client_id).exclude(pk=contact.pk)
    if contact.email and others.filter(email__iexact=contact.email).exists():
        raise ValidationError(
            {"email": _("This client already has a contact with this address.")}, code="unique"
        )


def edit_contact(actor: Actor, contact: Contact, **fields: Unpack[ContactFields]) -> None:
    """Change what is written about a contact; their portal account keeps its own address."""
    require(actor, Can.EDIT_CONTACTS, contact)
    refuse_archived(contact.client)
    changes = apply_changes(contact, fields)
    if not changes:
        return
    if contact.is_active:
        check_address(contact)
    contact.save(update_fields=[*fields, "updated_at"])
    record(
        actor,
        ContactChanged(
            client_id=contact.client_id, contact_id=contact.pk, name=contact.name, changes=changes
        ),
    )


def make_primary(actor: Actor, contact: Contact) -> None:
    """Let this be the one the firm writes to first. Doing it twice changes nothing."""
    require(actor, Can.EDIT_CONTACTS, contact)
    if not contact.is_active:
        raise ValidationError(_("Somebody who has left cannot be the primary contact."), code="former")
    Contact.objects.filter(client_id=contact.client_id, primary=True).exclude(pk=contact.pk).update(
        primary=False
    )
    if Contact.objects.filter(pk=contact.pk, primary=False).update(primary=True):
        record(
            actor, ContactMadePrimary(client_id=contact.client_id, contact_id=contact.pk, name=contact.name)
        )
    contact.refresh_from_db()


def mark_left(actor: Actor, contact: Contact) -> None:
    """Note that somebody no longer works there. Their access to the portal is a matter of its own."""
    require(actor, Can.EDIT_CONTACTS, contact)
    if Contact.objects.active().filter(pk=contact.pk).update(state=Contact.State.FORMER, primary=False):
        record(actor, ContactLeft(client_id=contact.client_id, contact_id=contact.pk, name=contact.name))
    contact.refresh_from_db()


def mark_returned(actor: Actor, contact: Contact) -> None:
    """Note that somebody works there again."""
    require(actor, Can.EDIT_CONTACTS, contact)
    check_address(contact)
    former = Contact.objects.filter(pk=contact.pk, state=Contact.State.FORMER)
    if former.update(state=Contact.State.ACTIVE):
        record(actor, ContactReturned(client_id=contact.client_id, contact_id=contact.pk, name=contact.name))
    contact.refresh_from_db()


def remove_contact(actor: Actor, contact: Contact) -> None:
    """Delete a contact that was written down by mistake. One with a portal account is marked as left instead."""
    require(actor, Can.EDIT_CONTACTS, contact)
    if contact.user_id is not None:
        raise ValidationError(
            _("This contact has a portal account. Mark them as left instead."), code="portal"
        )
    client_id, pk, name = contact.client_id, contact.pk, contact.name
    gone, _by_model = Contact.objects.filter(pk=pk).delete()
    if gone:
        record(actor, ContactRemoved(client_id=client_id, contact_id=pk, name=name))


def link_user(actor: Actor, contact: Contact, user: "User") -> None:
    """Connect a contact with the account they use in the portal. Doing it twice changes nothing."""
    require(actor, Can.EDIT_CONTACTS, contact)
    if Contact.objects.filter(pk=contact.pk, user__isnull=True).update(user=user):
        record(
            actor,
            ContactLinked(
                client_id=contact.client_id, contact_id=contact.pk, user_id=user.pk, name=contact.name
            ),
        )
    contact.refresh_from_db()
