"""The firm for programs."""

import pytest
from django.test import Client

from firmament.modules.firms.schemas import MembershipOut
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


def test_a_token_of_staff_may_read_people(bob):
    _token, secret = make_token(bob, "firms.*")

    answer = Client().get("/api/v1/firms/people", headers={"Authorization": f"Bearer {secret}"})

    assert answer.status_code == 200
