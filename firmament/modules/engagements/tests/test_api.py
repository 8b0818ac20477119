from datetime import timedelta

import pytest

from firmament.kernel.identity.actions import issue_token
from firmament.lib.instant import now
from firmament.modules.clients.tests.factories import make_client
from firmament.modules.clients.tests.test_api import Api
from firmament.modules.engagements.models import Engagement
from firmament.modules.engagements.schemas import ENGAGEMENT
from firmament.modules.engagements.tests.factories import make_engagement


@pytest.fixture
def api(alice):
    _token, secret = issue_token(
        alice, name="Books", scopes=["clients.read", "engagements.*"], expires_at=now() + timedelta(days=1)
    )
    return Api(secret, "/api/v1/engagements")


def test_an_engagement_by_program_from_draft_to_end(api, alice):
    client = make_client(alice)
    made = api.send("POST", "", {"client_id": str(client.pk), "title": "Accounts", "starts_on": "2026-01-31"})
    pk = made.json()["id"]

    states = [
        api.send("POST", f"/{pk}/start").json()["state"],
        api.send("POST", f"/{pk}/pause", {"reason": "Bank"}).json()["state"],
        api.send("POST", f"/{pk}/resume").json()["state"],
        api.send("POST", f"/{pk}/complete").json()["state"],
    ]
    again = api.send("POST", f"/{pk}/complete")
    reopened = api.send("POST", f"/{pk}/reopen", {"reason": "Forgot one"})

    assert states == ["active", "paused", "active", "completed"]
    assert again.status_code == 422
    assert reopened.json()["state"] == "active"
    assert api.get("", client_id=str(client.pk), state="active").json()["items"][0]["id"] == pk


def test_what_another_firm_owns_is_not_there(api, globex, gina, in_firm):
    with in_firm(globex):
        client = make_client(gina)
        engagement = make_engagement(gina, client)

    got = api.get(f"/{engagement.pk}")
    changed = api.send("PATCH", f"/{engagement.pk}", {"title": "Mine"})
    made = api.send("POST", "", {"client_id": str(client.pk), "title": "Mine"})

    assert (got.status_code, changed.status_code) == (404, 404)
    assert made.status_code == 422
    assert made.json()["errors"][0]["path"] == "/client_id"
    assert not Engagement.objects.filter(title="Mine").exists()


def test_json_made_in_sql_fits_the_schema(alice):
    make_engagement(alice, make_client(alice), title='Quote " and \\ and \u2028')

    for text in Engagement.objects.values_list(ENGAGEMENT.text(), flat=True):
        ENGAGEMENT.schema.model_validate_json(text)
