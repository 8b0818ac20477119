from datetime import timedelta

from firmament.kernel.identity.actions import deactivate_membership, invite
from firmament.kernel.identity.events import InvitationAccepted
from firmament.kernel.identity.models import Invitation
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.actions import grant_portal
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.world import make_user
from firmament.lib.instant import at, now
from firmament.modules.clients.actions.archive import bin_client
from firmament.modules.clients.jobs import empty_bin
from firmament.modules.clients.models import Client, Contact
from firmament.modules.clients.tests.factories import (
    make_client,
    make_contact,
    make_portal_contact,
)


def member(actor):
    return Membership.objects.select_related("user").get(pk=actor.membership_id)


def accepted(actor, client, email, name="Nora"):
    """As identity records it when somebody has followed their link."""
    user = make_user(name, email)
    invitation = invite(
        actor, email=email, name=name, domain="client", client_id=client.pk, scopes=["documents.list"]
    )
    grant_portal(actor, user=user, client_id=client.pk, scopes=["documents.list"])
    record(actor, InvitationAccepted(invitation_id=invitation.pk, client_id=client.pk, user_id=user.pk))
    return user


def test_an_accepted_invitation_connects_the_contact_it_was_made_for(alice, run_jobs):
    client = make_client(alice)
    contact = make_contact(alice, client, email="Nora@client.example")

    user = accepted(alice, client, "nora@client.example")
    run_jobs()

    contact.refresh_from_db()
    assert contact.user_id == user.pk


def test_somebody_invited_by_address_alone_becomes_a_contact(alice, run_jobs):
    client = make_client(alice)

    user = accepted(alice, client, "new@client.example", "New Person")
    run_jobs()
    run_jobs()

    assert [(c.name, c.user_id) for c in Contact.objects.filter(client=client)] == [("New Person", user.pk)]


def test_what_somebody_answered_for_follows_to_whoever_takes_over(ada, alice, bob, run_jobs):
    client = make_client(alice, owner=member(bob))

    deactivate_membership(ada, member(bob), reassign_to=member(alice))
    run_jobs()

    assert Client.objects.get(pk=client.pk).owner_id == alice.membership_id


def test_without_an_heir_nobody_is_responsible(ada, alice, bob, run_jobs):
    client = make_client(alice, owner=member(bob))

    deactivate_membership(ada, member(bob))
    run_jobs()

    assert Client.objects.get(pk=client.pk).owner_id is None


def test_the_bin_is_emptied_after_thirty_days_and_not_before(alice, ledger):
    client = make_client(alice)
    user = make_user("Nora", "nora@client.example")
    make_portal_contact(alice, client, user)
    bin_client(alice, client)
    with at(now() + timedelta(days=29)):
        empty_bin()
    kept = Client.objects.filter(pk=client.pk).exists()

    with at(now() + timedelta(days=30)):
        empty_bin()

    assert kept
    assert not Client.objects.filter(pk=client.pk).exists()
    assert not PortalGrant.objects.filter(client_id=client.pk).exists()
    assert not Invitation.objects.filter(client_id=client.pk).exists()
    assert ledger.codes()[-1] == "clients.client_purged"
