import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from firmament.kernel.policies.decide import Denied, allows
from firmament.kernel.tenancy.models import Membership
from firmament.modules.clients.actions.archive import (
    archive_client,
    bin_client,
    restore_client,
    unarchive_client,
)
from firmament.modules.clients.actions.clients import (
    activate_client,
    assign_owner,
    create_client,
    deactivate_client,
    edit_client,
)
from firmament.modules.clients.models import Client
from firmament.modules.clients.policies import Can
from firmament.modules.clients.tests.factories import make_client, make_contact


def test_whoever_takes_a_client_on_is_responsible(alice, ledger):
    client = create_client(alice, name="Harbour Bakery", reference="HB-1")

    assert client.owner_id == alice.membership_id
    assert client.state == Client.State.ACTIVE
    assert ledger.codes() == ["clients.client_created"]


def test_staff_may_not_take_clients_on(bob, ledger):
    with pytest.raises(Denied):
        create_client(bob, name="Bob’s")

    assert not Client.objects.filter(name="Bob’s").exists()
    assert ledger.codes() == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \t"}, "name"),
        ({"name": "A\x00B"}, "name"),
        ({"name": "half \ud800"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "A", "email": "not an address"}, "email"),
        ({"name": "A", "country": "Germany"}, "country"),
        ({"name": "A", "kind": "robot"}, "kind"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field(alice, fields, field):
    with pytest.raises(ValidationError) as refused:
        create_client(alice, **fields)

    assert list(refused.value.message_dict) == [field]


def test_a_reference_belongs_to_one_client_of_the_firm(alice, globex, gina, in_firm):
    make_client(alice, reference="R-1")

    with pytest.raises(ValidationError) as refused:
        make_client(alice, reference="R-1")
    with in_firm(globex):
        make_client(gina, reference="R-1")

    assert "reference" in refused.value.message_dict


def test_the_database_too_refuses_a_reference_twice(alice):
    make_client(alice, reference="R-1")
    other = make_client(alice)

    with pytest.raises(IntegrityError), transaction.atomic():
        Client.objects.filter(pk=other.pk).update(reference="R-1")


def test_a_change_says_what_stood_there(alice, ledger):
    client = make_client(alice, name="Old name", city="Kiel")
    ledger.forget()

    edit_client(alice, client, name="New name", city="Kiel")

    (entry,) = ledger.entries()
    assert entry.code == "clients.client_changed"
    client.refresh_from_db()
    assert client.name == "New name"


def test_saving_without_a_change_is_no_line_in_the_ledger(alice, ledger):
    client = make_client(alice, name="Same")
    ledger.forget()

    edit_client(alice, client, name="Same")

    assert ledger.codes() == []


def test_staff_change_the_clients_they_are_responsible_for_and_no_others(alice, bob):
    bobs = make_client(alice, owner=Membership.objects.get(pk=bob.membership_id))
    alices = make_client(alice)

    edit_client(bob, bobs, city="Lübeck")
    with pytest.raises(Denied):
        edit_client(bob, alices, city="Lübeck")

    assert Client.objects.get(pk=bobs.pk).city == "Lübeck"
    assert Client.objects.get(pk=alices.pk).city == ""


def test_the_archive_is_not_written_to(alice, ledger):
    client = make_client(alice)
    archive_client(alice, client)
    archive_client(alice, client)
    ledger.forget()

    with pytest.raises(ValidationError):
        edit_client(alice, client, city="Kiel")
    with pytest.raises(ValidationError):
        make_contact(alice, client)
    unarchive_client(alice, client)
    edit_client(alice, client, city="Kiel")

    assert ledger.codes() == ["clients.client_unarchived", "clients.client_changed"]


def test_inactive_and_active_again(alice, ledger):
    client = make_client(alice)
    ledger.forget()

    deactivate_client(alice, client)
    deactivate_client(alice, client)
    activate_client(alice, client)

    assert ledger.codes() == ["clients.client_deactivated", "clients.client_activated"]
    assert client.state == Client.State.ACTIVE


def test_the_bin_hides_a_client_from_everything_and_gives_it_back(alice, bob, ledger):
    client = make_client(alice)
    contact = make_contact(alice, client)
    bin_client(alice, client)

    seen = Client.objects.visible_to(alice).filter(pk=client.pk).exists()
    contact_seen = type(contact).objects.visible_to(bob).filter(pk=contact.pk).exists()
    editable = allows(alice, Can.EDIT, client)
    restore_client(alice, client)

    assert (seen, contact_seen, editable) == (False, False, False)
    assert Client.objects.visible_to(alice).filter(pk=client.pk).exists()
    assert ledger.codes()[-2:] == ["clients.client_binned", "clients.client_restored"]


def test_a_responsible_person_must_be_somebody_whose_role_allows_it(alice, bob):
    client = make_client(alice)
    member = Membership.objects.get(pk=bob.membership_id)
    assign_owner(alice, client, member)
    member.state = Membership.State.DEACTIVATED

    with pytest.raises(ValidationError):
        assign_owner(alice, make_client(alice), member)

    assert Client.objects.get(pk=client.pk).owner_id == bob.membership_id


def test_nobody_responsible_is_said_so(alice, ledger):
    client = make_client(alice)
    ledger.forget()

    assign_owner(alice, client, None)

    assert Client.objects.get(pk=client.pk).owner_id is None
    assert ledger.codes() == ["clients.client_owner_cleared"]
