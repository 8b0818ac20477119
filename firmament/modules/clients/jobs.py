"""What follows on its own: accounts meet contacts, nobody's clients stay with somebody who left, the bin is emptied."""

from firmament.kernel.identity.events import InvitationAccepted, MembershipDeactivated
from firmament.kernel.identity.models import Invitation, User
from firmament.kernel.jobs.registry import every, on
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import now
from firmament.modules.clients.actions.archive import purge_client
from firmament.modules.clients.actions.clients import assign_owner, may_own
from firmament.modules.clients.actions.contacts import add_contact, link_user
from firmament.modules.clients.models import Client, Contact
from firmament.modules.clients.policies import Can

BATCH = 200


@on(InvitationAccepted, powers=(Can.EDIT_CONTACTS,))
def link_contact(event: InvitationAccepted) -> None:
    """Connect the account with the contact it was made for; somebody invited by address alone becomes a contact."""
    client = Client.objects.live().filter(pk=event.client_id).first() if event.client_id else None
    invitation = Invitation.objects.filter(pk=event.invitation_id).first()
    if client is None or invitation is None or client.is_archived:
        return
    if Contact.objects.filter(client=client, user_id=event.user_id).exists():
        return
    actor = Actor.system("clients.link_contact")
    user = User.objects.get(pk=event.user_id)
    people = Contact.objects.active().filter(client=client, user__isnull=True)
    contact = people.filter(email__iexact=invitation.email).first()
    if contact is None:
        contact = add_contact(actor, client, name=invitation.name or user.name, email=invitation.email)
    link_user(actor, contact, user)


@on(MembershipDeactivated, powers=(Can.ASSIGN_OWNER,))
def hand_over(event: MembershipDeactivated) -> None:
    """Give what somebody answered for to whoever takes over; to nobody where nobody was named who may."""
    actor = Actor.system("clients.hand_over")
    heir = None
    if event.reassign_to is not None:
        named = Membership.objects.select_related("user").get(pk=event.reassign_to)
        heir = named if may_own(named) else None
    for client in Client.objects.live().filter(owner_id=event.membership_id).select_related("owner__user"):
        assign_owner(actor, client, heir)


@every("20 3 * * *", powers=(Can.PURGE,))
def empty_bin() -> None:
    """Delete what lay in the bin for thirty days; what another room holds back stays until it lets go."""
    actor = Actor.system("clients.empty_bin")
    for client in Client.objects.due_for_purge(at=now()).order_by("deleted_at")[:BATCH]:
        purge_client(actor, client)
