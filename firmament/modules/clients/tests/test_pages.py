import json

import pytest

from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.tenancy.models import Membership
from firmament.modules.clients.actions.archive import archive_client, bin_client
from firmament.modules.clients.models import Client, Contact
from firmament.modules.clients.tests.factories import (
    carlas_bakery,
    make_client,
    make_contact,
)

HOME = "/w/acme/clients/"


def text(response):
    return response.content.decode()


def member(actor):
    return Membership.objects.get(pk=actor.membership_id)


def test_a_client_is_added_by_the_form_and_shown(alice_browser, alice):
    answer = alice_browser.post(
        HOME + "new/", {"kind": "organisation", "name": "Otter & Sons", "owner": alice.membership_id}
    )
    client = Client.objects.get(name="Otter & Sons")
    shown = alice_browser.get(answer["Location"])

    assert answer.status_code == 303
    assert answer["Location"] == f"{HOME}{client.pk}/"
    assert "Otter &amp; Sons" in text(shown)
    assert "Alice Partner" in text(shown)


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(alice_browser, alice):
    make_client(alice, reference="TAKEN")
    answer = alice_browser.post(
        HOME + "new/", {"kind": "person", "name": "Ida", "reference": "TAKEN", "country": "Denmark"}
    )

    assert answer.status_code == 422
    assert "Another client already has this reference." not in text(answer)
    assert "Use the two-letter code" in text(answer) or "at most 2" in text(answer)
    assert 'value="Ida"' in text(answer)
    assert not Client.objects.filter(name="Ida").exists()


def test_changing_a_client_is_recorded_field_by_field(alice_browser, alice, ledger):
    client = make_client(alice, name="Before", city="Kiel")
    ledger.forget()
    form = {"kind": "organisation", "name": "After", "city": "Kiel", "owner": alice.membership_id}

    answer = alice_browser.post(f"{HOME}{client.pk}/edit/", form)

    assert answer.status_code == 303
    assert ledger.codes() == ["clients.client_changed"]
    activity = text(alice_browser.get(f"{HOME}{client.pk}/activity/"))
    assert "Before" in activity
    assert "After" in activity


def test_the_list_finds_filters_and_hides_the_archive(alice_browser, alice):
    make_client(alice, name="Heron Ltd", email="post@heron.example")
    archive_client(alice, make_client(alice, name="Heron Archive"))
    bin_client(alice, make_client(alice, name="Heron Binned"))

    found = text(alice_browser.get(HOME, {"q": "heron"}))
    archived = text(alice_browser.get(HOME, {"q": "heron", "state": "archived"}))

    assert "Heron Ltd" in found
    assert "Heron Archive" not in found
    assert "Heron Binned" not in found
    assert "Heron Archive" in archived


@pytest.mark.parametrize("query", [{}, {"q": "client", "state": "all", "portal": "no", "sort": "-updated"}])
def test_the_list_costs_the_same_for_one_and_for_twenty(alice_browser, alice, queries, query):
    make_client(alice)
    alice_browser.get(HOME, query)
    with queries() as one:
        alice_browser.get(HOME, query)
    for _ in range(19):
        make_contact(alice, make_client(alice))

    with queries() as twenty:
        alice_browser.get(HOME, query)

    assert twenty.count == one.count <= 8, twenty.statements


def test_staff_see_buttons_for_what_they_may_do_and_no_others(alice, bob_browser, bob):
    theirs = make_client(alice, owner=member(bob))
    other = make_client(alice)

    own_page, other_page = (text(bob_browser.get(f"{HOME}{c.pk}/")) for c in (theirs, other))

    assert f"{HOME}{theirs.pk}/edit/" in own_page
    assert f"{HOME}{other.pk}/edit/" not in other_page
    assert "Put in the bin" not in own_page
    assert bob_browser.get(f"{HOME}{other.pk}/edit/").status_code in (200, 403)
    posted = bob_browser.post(f"{HOME}{other.pk}/edit/", {"kind": "person", "name": "Bob’s now"})
    assert posted.status_code == 403
    assert Client.objects.get(pk=other.pk).name == other.name


def test_bin_and_back_by_buttons(alice_browser, alice):
    client = make_client(alice, name="Badger")
    gone = alice_browser.post(f"{HOME}{client.pk}/delete/")
    in_bin = text(alice_browser.get(HOME + "bin/"))
    missing = alice_browser.get(f"{HOME}{client.pk}/")
    back = alice_browser.post(f"{HOME}{client.pk}/restore/")

    assert (gone.status_code, back.status_code) == (303, 303)
    assert "Badger" in in_bin
    assert missing.status_code == 404
    assert alice_browser.get(f"{HOME}{client.pk}/").status_code == 200


def test_many_get_a_new_responsible_person_and_it_is_taken_back(alice_browser, alice, bob):
    clients = [make_client(alice), make_client(alice)]
    chosen = {"bulk": "owner", "selected": [str(c.pk) for c in clients]}

    preview = text(alice_browser.post(HOME, chosen))
    alice_browser.post(HOME, {**chosen, "confirmed": "yes", "choice": str(bob.membership_id)})
    moved = set(Client.objects.filter(pk__in=[c.pk for c in clients]).values_list("owner_id", flat=True))
    undo = alice_browser.session["bulk_undo"]["name"]
    alice_browser.post(f"{HOME}?undo={undo}")
    back = set(Client.objects.filter(pk__in=[c.pk for c in clients]).values_list("owner_id", flat=True))

    assert "2 clients" in preview
    assert "Bob Staff" in preview
    assert moved == {bob.membership_id}
    assert back == {alice.membership_id}


def test_behind_a_wall_bob_finds_nothing_and_the_partner_reads_why(alice_browser, bob_browser, alice, bob):
    client = make_client(alice, name="Secret Ltd", owner=member(bob))
    before = bob_browser.get(f"{HOME}{client.pk}/").status_code
    raise_wall(alice, membership=member(bob), client_id=client.pk, reason="His sister works there")

    assert before == 200
    assert bob_browser.get(f"{HOME}{client.pk}/").status_code == 404
    assert "Secret Ltd" not in text(bob_browser.get(HOME))
    page = text(alice_browser.get(f"{HOME}{client.pk}/"))
    assert "His sister works there" in page
    assert f"subject={client.pk}" in page


def test_people_of_a_client_see_and_change_their_own_details(carla_browser, alice):
    other = make_contact(alice, make_client(alice, name="Somebody else Ltd"))
    mine = Contact.objects.get(email="carla@client.example")
    page = text(carla_browser.get("/portal/acme/clients/"))
    changed = carla_browser.post(
        f"/portal/acme/clients/contacts/{mine.pk}/",
        {"name": mine.name, "email": mine.email, "phone": "+49 431 5"},
    )
    added = carla_browser.post(
        f"/portal/acme/clients/{carlas_bakery().pk}/contacts/new/",
        {"name": "Karl", "email": "karl@bakery.example"},
    )

    assert "Carla’s Bakery" in page
    assert "Somebody else" not in page
    assert (changed.status_code, added.status_code) == (303, 303)
    assert Contact.objects.get(pk=mine.pk).phone == "+49 431 5"
    assert carla_browser.get(f"/portal/acme/clients/contacts/{other.pk}/").status_code == 404


def test_a_person_without_the_scope_does_not_change_details(carla_browser, alice):
    PortalGrant.objects.update(scopes=["contacts.read"])
    mine = Contact.objects.get(email="carla@client.example")

    answer = carla_browser.post(f"/portal/acme/clients/contacts/{mine.pk}/", {"name": "New"})

    assert answer.status_code == 403
    assert Contact.objects.get(pk=mine.pk).name == "Carla Client"


def test_export_holds_what_is_on_screen_and_is_recorded(alice_browser, bob_browser, alice, ledger):
    make_client(alice, name="=cmd|'/c calc'!A1")
    ledger.forget()

    file = alice_browser.post(HOME + "?q=calc", {"export": "csv"})
    refused = bob_browser.post(HOME, {"export": "csv"})

    assert file.status_code == 200
    assert b"=cmd" in file.content
    assert b"\n=cmd" not in file.content
    assert refused.status_code == 403
    assert "web.list_exported" in ledger.codes()


def test_hostile_strings_through_the_form_come_back_equal_or_stand_beside_their_field(
    alice_browser, alice, cases
):
    for string in json.loads((cases("strings") / "blns.json").read_text())[::5]:
        name = string or "x"
        answer = alice_browser.post(HOME + "new/", {"kind": "person", "name": name, "notes": string})
        assert answer.status_code in (303, 422), string
        if answer.status_code == 303:
            client = Client.objects.get(pk=answer["Location"].rstrip("/").rsplit("/", 1)[1])
            assert (client.name, client.notes) == (name, string)
            shown = alice_browser.get(answer["Location"])
            assert shown.status_code == 200
            assert "<script>alert" not in text(shown)


def test_another_firms_browser_finds_nothing(gina_browser, alice):
    client = make_client(alice)

    assert gina_browser.get(f"{HOME}{client.pk}/").status_code == 404
    assert gina_browser.get(f"/w/globex/clients/{client.pk}/").status_code == 404
