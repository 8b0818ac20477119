import pytest
from django.core.exceptions import ValidationError

from firmament.kernel.policies.decide import Denied
from firmament.kernel.tenancy.models import Membership
from firmament.modules.clients.actions.contacts import (
    add_contact,
    edit_contact,
    make_primary,
    mark_left,
    mark_returned,
    remove_contact,
)
from firmament.modules.clients.models import Contact
from firmament.modules.clients.public import (
    client_card,
    find_clients,
    portal_clients,
    portal_people,
    primary_contact,
)
from firmament.modules.clients.tests.factories import (
    carlas_bakery,
    make_client,
    make_contact,
)


def test_the_first_contact_is_the_primary_one_and_there_is_one_only(alice):
    client = make_client(alice)
    first = make_contact(alice, client)
    second = make_contact(alice, client)

    make_primary(alice, second)

    first.refresh_from_db()
    assert (first.primary, second.primary) == (False, True)
    assert primary_contact(client.pk).id == second.pk


def test_an_address_stands_once_among_the_active_contacts_of_a_client(alice):
    client = make_client(alice)
    make_contact(alice, client, email="Ann@client.example")

    with pytest.raises(ValidationError) as refused:
        make_contact(alice, client, email="ann@client.example")
    make_contact(alice, make_client(alice), email="ann@client.example")

    assert "email" in refused.value.message_dict


def test_whoever_has_left_is_no_primary_contact_and_may_return(alice, ledger):
    client = make_client(alice)
    contact = make_contact(alice, client)
    ledger.forget()

    mark_left(alice, contact)
    with pytest.raises(ValidationError):
        make_primary(alice, contact)
    mark_returned(alice, contact)

    assert primary_contact(client.pk) is None
    assert ledger.codes() == ["clients.contact_left", "clients.contact_returned"]


def test_a_contact_with_a_portal_account_is_not_removed(alice):
    contact = Contact.objects.get(email="carla@client.example")

    with pytest.raises(ValidationError):
        remove_contact(alice, contact)

    assert Contact.objects.filter(pk=contact.pk).exists()


def test_a_contact_written_down_by_mistake_is_removed(alice, ledger):
    contact = make_contact(alice, make_client(alice))
    ledger.forget()

    remove_contact(alice, contact)

    assert not Contact.objects.filter(pk=contact.pk).exists()
    assert ledger.codes() == ["clients.contact_removed"]


def test_the_client_changes_their_own_contacts_and_nobody_elses(alice, carla):
    mine = Contact.objects.get(email="carla@client.example")
    other = make_contact(alice, make_client(alice))

    edit_contact(carla, mine, phone="+49 431 1")
    with pytest.raises(Denied):
        edit_contact(carla, other, phone="+49 431 1")

    assert Contact.objects.get(pk=mine.pk).phone == "+49 431 1"
    assert Contact.objects.get(pk=other.pk).phone == ""


def test_staff_write_down_contacts_of_every_client(alice, bob):
    contact = add_contact(bob, make_client(alice), name="New")

    assert contact.primary


def test_portal_people_are_those_with_the_scope_and_a_live_client(alice, carla):
    bakery = carlas_bakery()

    everybody = portal_people(bakery.pk)
    uploaders = portal_people(bakery.pk, scope="documents.upload")
    payers = portal_people(bakery.pk, scope="invoices.pay")

    assert [person.email for person in everybody] == ["carla@client.example"]
    assert [person.user_id for person in uploaders] == [carla.user_id]
    assert payers == []
    assert [card.name for card in portal_clients(carla.user_id)] == ["Carla’s Bakery"]


def test_cards_hold_what_other_rooms_ask_for(alice, bob):
    client = make_client(alice, name="Zebra Ltd", owner=Membership.objects.get(pk=bob.membership_id))

    card = client_card(client.pk)

    assert (card.name, card.owner_id) == ("Zebra Ltd", bob.membership_id)
    assert [found.id for found in find_clients(alice, "zebra")] == [client.pk]
