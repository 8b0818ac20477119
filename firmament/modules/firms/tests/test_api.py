"""The firm for programs."""

import json

import pytest
from django.test import Client

from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.models import Membership
from firmament.modules.firms.schemas import MembershipOut, TeamOut
from firmament.modules.firms.tests.factories import make_member, make_team, make_token


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


def test_a_program_makes_a_team_fills_it_and_puts_it_away(alice, bob, ledger):
    _token, secret = make_token(alice, "policies.*", "firms.read")
    ledger.forget()

    def call(method, path="", body=None, **headers):
        return Client().generic(
            method,
            f"/api/v1/firms/teams{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}", **headers},
        )

    made = call("POST", body={"name": "Tax"})
    here = f"/{made.json()['id']}"
    taken = call("POST", body={"name": "Tax"})
    filled = call("PUT", f"{here}/members/{bob.membership_id}")
    again = call("PUT", f"{here}/members/{bob.membership_id}")
    emptied = call("DELETE", f"{here}/members/{bob.membership_id}")
    renamed = call("PATCH", here, {"name": "Taxes"}, **{"If-Match": made.headers["ETag"]})
    stale = call("PATCH", here, {"name": "Levies"}, **{"If-Match": '"1"'})
    archived = call("POST", f"{here}/archive")
    refused = call("PUT", f"{here}/members/{bob.membership_id}")

    assert (made.status_code, taken.status_code, stale.status_code, refused.status_code) == (
        201,
        422,
        412,
        422,
    )
    assert filled.json()["member_ids"] == again.json()["member_ids"] == [str(bob.membership_id)]
    assert emptied.json()["member_ids"] == []
    assert renamed.json()["name"] == "Taxes"
    assert archived.json()["archived_at"] is not None
    assert TeamOut.model_validate(archived.json())
    assert call("GET").json()["items"] == []
    assert [row["name"] for row in call("GET", "?archived=true").json()["items"]] == ["Taxes"]
    assert ledger.codes() == [
        "policies.team_created",
        "policies.team_member_added",
        "policies.team_member_removed",
        "policies.team_renamed",
        "policies.team_archived",
    ]


def test_a_program_of_staff_reads_teams_and_changes_none(alice, bob):
    team = make_team(alice, Membership.objects.get(pk=bob.membership_id))
    _token, secret = make_token(bob, "policies.*")
    headers = {"Authorization": f"Bearer {secret}"}

    read = Client().get(f"/api/v1/firms/teams/{team.pk}", headers=headers)
    refused = Client().post(f"/api/v1/firms/teams/{team.pk}/archive", headers=headers)

    assert read.json()["member_ids"] == [str(bob.membership_id)]
    assert refused.status_code == 403
    assert Team.objects.standing().filter(pk=team.pk).exists()
