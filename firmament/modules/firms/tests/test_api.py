"""The firm for programs."""

import pytest
from django.test import Client

from firmament.modules.clients.tests.factories import make_client
from firmament.modules.firms.schemas import EntryOut, MembershipOut
from firmament.modules.firms.tests.factories import make_member, make_token


@pytest.fixture
def ask(alice):
    _token, secret = make_token(alice, "firms.read", "clients.*")

    def get(path, **params):
        return Client().get(f"/api/v1/firms{path}", params, headers={"Authorization": f"Bearer {secret}"})

    return get


def test_me_tells_whose_token_it_is_and_how_far_it_reaches(ask, alice, acme):
    told = ask("/me").json()

    assert told["user"]["email"] == "alice@acme.example"
    assert told["membership_id"] == str(alice.membership_id)
    assert told["roles"] == ["partner"]
    assert told["scopes"] == ["clients.*", "firms.read"]
    assert told["firm"]["slug"] == "acme"


def test_people_come_by_cursor_in_their_order(ask):
    for name in ("Zoe", "Yann"):
        make_member(name=name)

    first = ask("/people", limit=3).json()
    second = ask("/people", limit=3, cursor=first["next"]).json()

    names = [row["user"]["name"] for row in first["items"] + second["items"]]
    assert names == ["Ada Admin", "Alice Partner", "Bob Staff", "Yann", "Zoe"]
    assert first["items"][0]["roles"] == ["firm_admin"]
    assert second["next"] is None
    assert all(MembershipOut.model_validate(row) for row in first["items"])


def test_one_person_and_none(ask, alice):
    assert ask(f"/people/{alice.membership_id}").json()["user"]["name"] == "Alice Partner"
    assert ask(f"/people/{alice.user_id}").status_code == 404
    assert ask("/people", state="gone").status_code == 422


def test_the_trail_is_narrowed_paged_and_its_reading_recorded(ask, alice, ledger):
    for number in range(3):
        make_client(alice, name=f"Trail {number}")
    ledger.forget()

    first = ask("/audit", code="clients.client_created", limit=2).json()
    second = ask("/audit", code="clients.client_created", limit=2, cursor=first["next"]).json()

    told = [entry["sentence"] for entry in first["items"] + second["items"]]
    assert told[:3] == [f"added the client Trail {number}" for number in (2, 1, 0)]
    entry = first["items"][0]
    assert (entry["who"]["name"], entry["who"]["domain"]) == ("Alice Partner", "staff")
    assert entry["payload"]["name"] == "Trail 2"
    assert EntryOut.model_validate(entry)
    assert ledger.codes() == ["firms.audit_read"]


def test_times_and_people_narrow_the_trail(ask, alice):
    make_client(alice)

    assert ask("/audit", since="2199-01-01T00:00:00Z").json()["items"] == []
    assert ask("/audit", before="2000-01-01T00:00:00Z").json()["items"] == []
    mine = ask("/audit", user_id=str(alice.user_id), category="clients").json()["items"]
    assert {entry["who"]["user_id"] for entry in mine} == {str(alice.user_id)}
    assert ask("/audit", category="gossip").status_code == 422
    assert ask("/audit", cursor="x").status_code == 422


def test_a_token_of_staff_may_read_people_and_no_trail(bob, ledger):
    _token, secret = make_token(bob, "firms.*")
    ledger.forget()
    headers = {"Authorization": f"Bearer {secret}"}

    assert Client().get("/api/v1/firms/people", headers=headers).status_code == 200
    assert Client().get("/api/v1/firms/audit", headers=headers).status_code == 403
    assert ledger.codes() == ["ledger.power_denied"]
