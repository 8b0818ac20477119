import json
from datetime import timedelta

import pytest
from django.test import Client as Browser

from firmament.kernel.identity.actions import issue_token
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import at, now
from firmament.modules.clients.actions.archive import bin_client
from firmament.modules.clients.models import Client, Contact
from firmament.modules.clients.schemas import CLIENT, CONTACT
from firmament.modules.clients.tests.factories import make_client, make_contact

BASE = "/api/v1/clients"


class Api:
    """A program with a token."""

    def __init__(self, secret, base=BASE):
        self.base = base
        self.browser = Browser(headers={"Authorization": f"Bearer {secret}"})

    def get(self, path, **query):
        return self.browser.get(self.base + path, query)

    def send(self, method, path, body=None, etag="*"):
        data = "" if body is None else json.dumps(body)
        return self.browser.generic(
            method, self.base + path, data, content_type="application/json", headers={"If-Match": etag}
        )


@pytest.fixture
def api(alice):
    _token, secret = issue_token(
        alice, name="Books", scopes=["clients.*"], expires_at=now() + timedelta(days=1)
    )
    return Api(secret)


@pytest.fixture
def reader(alice):
    _token, secret = issue_token(
        alice, name="Reader", scopes=["clients.read"], expires_at=now() + timedelta(days=1)
    )
    return Api(secret)


def test_a_client_is_made_read_changed_and_put_in_the_bin(api, alice):
    made = api.send("POST", "", {"name": " Exactly so ", "reference": "X-1", "country": "DE"})
    pk = made.json()["id"]
    got = api.get(f"/{pk}")
    changed = api.send("PATCH", f"/{pk}", {"city": "Kiel"}, etag=got.headers["ETag"])
    gone = api.send("DELETE", f"/{pk}", etag=changed.headers["ETag"])

    assert made.status_code == 201
    assert got.json()["name"] == " Exactly so "
    assert got.json()["owner"] == {"id": str(alice.membership_id), "name": "Alice Partner"}
    assert (changed.json()["city"], changed.json()["country"]) == ("Kiel", "DE")
    assert gone.status_code == 204
    assert api.get(f"/{pk}").status_code == 404
    assert api.send("POST", f"/{pk}/restore").json()["id"] == pk


def test_a_stale_version_changes_nothing(api, alice):
    client = make_client(alice, name="Before")
    seen = api.get(f"/{client.pk}").headers["ETag"]
    with at(now() + timedelta(seconds=1)):
        api.send("PATCH", f"/{client.pk}", {"name": "Mine"}, etag=seen)

    late = api.send("PATCH", f"/{client.pk}", {"name": "Theirs"}, etag=seen)
    without = api.browser.patch(f"{BASE}/{client.pk}", "{}", content_type="application/json")

    assert late.status_code == 412
    assert without.status_code == 428
    assert Client.objects.get(pk=client.pk).name == "Mine"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": "  "}, "/name"),
        ({"name": None}, "/name"),
        ({"name": "A", "colour": "red"}, "/colour"),
        ({"name": "A", "email": "no"}, "/email"),
        ({"name": "A", "country": "de"}, "/country"),
        ({"name": "A", "owner_id": "0190b0a0-0000-7000-8000-000000000000"}, "/owner_id"),
        ({"name": "A", "kind": 7}, "/kind"),
    ],
)
def test_what_is_not_accepted_is_named_by_its_path(api, body, path):
    before = Client.objects.count()
    answer = api.send("POST", "", body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == path
    assert Client.objects.count() == before


def test_the_list_is_filtered_sorted_and_paged(api, alice, bob):
    bobs = Membership.objects.get(pk=bob.membership_id)
    names = [make_client(alice, name=f"Zz {n}", owner=bobs).name for n in range(5)]
    bin_client(alice, make_client(alice, name="Zz binned", owner=bobs))

    first = api.get("", limit=3, owner_id=str(bobs.pk)).json()
    second = api.get("", limit=3, owner_id=str(bobs.pk), cursor=first["next"]).json()
    newest = api.get("", limit=1, sort="-created_at", q="zz").json()

    assert [row["name"] for row in first["items"] + second["items"]] == names
    assert second["next"] is None
    assert newest["items"][0]["name"] == "Zz 4"


@pytest.mark.parametrize("query", [{"sort": "owner__user__password"}, {"limit": "201"}, {"state": "binned"}])
def test_the_list_takes_no_other_parameters(api, query):
    assert api.get("", **query).status_code == 422


def test_a_reading_token_changes_nothing(reader, alice):
    client = make_client(alice)

    assert reader.get(f"/{client.pk}").status_code == 200
    assert reader.send("POST", "", {"name": "New"}).status_code == 403
    assert reader.send("PATCH", f"/{client.pk}", {"name": "New"}).status_code == 403
    assert reader.send("POST", f"/{client.pk}/archive").status_code == 403


def test_what_another_firm_owns_is_not_there(api, globex, gina, in_firm):
    with in_firm(globex):
        client = make_client(gina)
        contact = make_contact(gina, client)

    answers = [
        api.get(f"/{client.pk}"),
        api.get(f"/contacts/{contact.pk}"),
        api.send("PATCH", f"/{client.pk}", {"name": "Mine"}),
        api.send("POST", f"/{client.pk}/contacts", {"name": "Mine"}),
    ]

    assert {answer.status_code for answer in answers} == {404}


def test_contacts_of_a_client(api, alice):
    client = make_client(alice)
    made = api.send("POST", f"/{client.pk}/contacts", {"name": "Ann", "email": "ann@client.example"})
    second = api.send("POST", f"/{client.pk}/contacts", {"name": "Ben", "primary": True})
    pk = made.json()["id"]
    changed = api.send("PATCH", f"/contacts/{pk}", {"title": "Owner"})
    left = api.send("POST", f"/contacts/{second.json()['id']}/left")
    listed = api.get(f"/{client.pk}/contacts").json()["items"]

    assert (made.status_code, changed.json()["title"]) == (201, "Owner")
    assert left.json()["state"] == "former"
    assert [row["name"] for row in listed] == ["Ann", "Ben"]
    assert api.send("DELETE", f"/contacts/{pk}").status_code == 204
    assert not Contact.objects.filter(pk=pk).exists()


def test_json_made_in_sql_fits_the_schemas(alice):
    client = make_client(alice, name='Quote " and \\ and \u2028', notes="line\r\nline")
    make_contact(alice, client)

    for model, shape in ((Client, CLIENT), (Contact, CONTACT)):
        for text in model.objects.values_list(shape.text(), flat=True):
            shape.schema.model_validate_json(text)


def test_the_list_asks_little(api, alice, queries):
    for _ in range(20):
        make_client(alice)

    with queries() as budget:
        api.get("", limit=50)

    assert budget.count <= 6, budget.statements


def strings(cases):
    return json.loads((cases("strings") / "blns.json").read_text())


def test_hostile_strings_come_back_equal_or_are_refused_by_field(api, cases):
    for text in strings(cases):
        answer = api.send("POST", "", {"name": text or "x", "notes": text})
        if answer.status_code == 201:
            got = api.get(f"/{answer.json()['id']}").json()
            assert (got["name"], got["notes"]) == (text or "x", text)
        else:
            assert answer.status_code == 422, (text, answer.content)
            assert answer.json()["errors"][0]["path"] in ("/name", "/notes")


@pytest.mark.parametrize("text", ["nul \x00", "half \ud800"])
def test_what_cannot_be_stored_is_refused_with_words(api, text):
    answer = api.send("POST", "", {"name": text})

    assert answer.status_code == 422
    assert "U+0000" in answer.json()["detail"]
