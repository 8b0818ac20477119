"""The trail for programs."""

import pytest
from django.test import Client

from firmament.kernel.ledger.models import Entry
from firmament.kernel.tenancy.actor import Domain
from firmament.lib.instant import now
from firmament.modules.audit.schemas import EntryOut
from firmament.modules.clients.tests.factories import make_client
from firmament.modules.firms.tests.factories import make_token


@pytest.fixture
def ask(alice):
    _token, secret = make_token(alice, "audit.read")

    def get(**params):
        return Client().get("/api/v1/audit", params, headers={"Authorization": f"Bearer {secret}"})

    return get


def test_the_trail_is_narrowed_paged_and_its_reading_recorded(ask, alice, ledger):
    for number in range(3):
        make_client(alice, name=f"Trail {number}")
    ledger.forget()

    first = ask(code="clients.client_created", limit=2).json()
    second = ask(code="clients.client_created", limit=2, cursor=first["next"]).json()

    told = [entry["sentence"] for entry in first["items"] + second["items"]]
    assert told[:3] == [f"added the client Trail {number}" for number in (2, 1, 0)]
    entry = first["items"][0]
    assert (entry["who"]["name"], entry["who"]["domain"]) == ("Alice Partner", "staff")
    assert entry["payload"]["name"] == "Trail 2"
    assert EntryOut.model_validate(entry)
    assert ledger.codes() == ["audit.trail_read"]


def test_times_and_people_narrow_the_trail(ask, alice):
    make_client(alice)

    assert ask(since="2199-01-01T00:00:00Z").json()["items"] == []
    assert ask(before="2000-01-01T00:00:00Z").json()["items"] == []
    mine = ask(user_id=str(alice.user_id), category="clients").json()["items"]
    assert {entry["who"]["user_id"] for entry in mine} == {str(alice.user_id)}
    assert ask(category="gossip").status_code == 422
    assert ask(cursor="x").status_code == 422


def test_a_code_finds_the_entries_of_the_release_before_too(ask, alice):
    Entry.objects.create(
        code="firms.audit_read",
        category="data_access",
        occurred_at=now(),
        domain=Domain.STAFF,
        user_id=alice.user_id,
        payload={},
    )

    found = ask(code="audit.trail_read").json()["items"]

    assert [(entry["code"], entry["sentence"]) for entry in found] == [
        ("firms.audit_read", "read the audit trail")
    ]


def test_a_token_of_staff_may_read_no_trail_and_the_refusal_is_written_down(bob, ledger):
    _token, secret = make_token(bob, "audit.*")
    ledger.forget()

    answer = Client().get("/api/v1/audit", headers={"Authorization": f"Bearer {secret}"})

    assert answer.status_code == 403
    assert ledger.codes() == ["ledger.power_denied"]


def test_programs_narrow_by_whatever_the_page_narrows_by(ask, alice, bob):
    client = make_client(alice, name="Narrow Ltd")
    Entry.objects.create(
        code="ledger.power_denied",
        category="permissions",
        occurred_at=now(),
        domain=Domain.CLIENT,
        request_id="req-77",
        payload={},
    )

    about = ask(object_id=str(client.pk)).json()["items"]
    denied = ask(outcome="denied", door="client").json()["items"]
    asked = [ask(request_id="req-77"), ask(text="power denied", door="client")]
    none = ask(object_id=str(client.pk), user_id=str(bob.user_id)).json()["items"]

    assert [entry["sentence"] for entry in about] == ["added the client Narrow Ltd"]
    assert [entry["code"] for entry in denied] == ["ledger.power_denied"]
    assert [[entry["request_id"] for entry in one.json()["items"]] for one in asked] == [["req-77"]] * 2
    assert none == []
    assert ask(door="window").status_code == 422
