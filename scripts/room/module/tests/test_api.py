"""What programs do with sample things."""

from datetime import timedelta

import pytest

from firmament.kernel.identity.actions import issue_token
from firmament.lib.instant import at, now
from firmament.modules.clients.tests.factories import carlas_bakery, make_client
from firmament.modules.clients.tests.test_api import Api
from firmament.modules.sample_things.models import SampleThing
from firmament.modules.sample_things.tests.factories import make_sample_thing


@pytest.fixture
def api(alice):
    scopes = ["clients.read", "sample_things.*"]
    _token, secret = issue_token(alice, name="Books", scopes=scopes, expires_at=now() + timedelta(days=1))
    return Api(secret, "/api/v1/sample_things")


def test_one_is_made_found_changed_finished_and_reopened(api):
    made = api.send("POST", "", {"client_id": str(carlas_bakery().pk), "title": " Exactly so "})
    pk = made.json()["id"]
    found = api.get("", state="open").json()["items"]
    with at(now() + timedelta(seconds=1)):
        changed = api.send("PATCH", f"/{pk}", {"note": "Why"}, etag=made.headers["ETag"])
    stale = api.send("PATCH", f"/{pk}", {"note": "Late"}, etag=made.headers["ETag"])

    states = [api.send("POST", f"/{pk}/{step}").json()["state"] for step in ("finish", "reopen")]
    again = api.send("POST", f"/{pk}/reopen")

    assert made.status_code == 201
    assert (changed.json()["title"], changed.json()["note"]) == (" Exactly so ", "Why")
    assert pk in [item["id"] for item in found]
    assert stale.status_code == 412
    assert states == ["done", "open"]
    assert again.status_code == 422


def test_what_another_firm_owns_is_not_there(api, globex, gina, in_firm):
    with in_firm(globex):
        client = make_client(gina)
        sample_thing = make_sample_thing(gina, client)

    got = api.get(f"/{sample_thing.pk}")
    made = api.send("POST", "", {"client_id": str(client.pk), "title": "Mine"})

    assert got.status_code == 404
    assert made.status_code == 422
    assert not SampleThing.objects.filter(title="Mine").exists()
