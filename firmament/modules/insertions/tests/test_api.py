from datetime import timedelta

import pytest

from firmament.kernel.identity.actions import issue_token
from firmament.lib.instant import now
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.clients.tests.test_api import Api
from firmament.modules.insertions.models import SnippetUse
from firmament.modules.insertions.schemas import USE
from firmament.modules.snippets.tests.factories import make_snippet, thanks


def api_of(actor):
    _token, secret = issue_token(
        actor,
        name="Mailer",
        scopes=["snippets.*", "insertions.*", "clients.read"],
        expires_at=now() + timedelta(days=1),
    )
    return Api(secret, "/api/v1/snippets")


def test_an_insertion_by_program_gives_the_text_and_is_counted_once(alice):
    api, bakery = api_of(alice), carlas_bakery()

    made = api.send("POST", f"/{thanks().pk}/uses", {"client_id": str(bakery.pk), "place": "mailer"})
    listed = api.get(f"/{thanks().pk}/uses", client_id=str(bakery.pk), number=1).json()["items"]

    assert made.status_code == 201
    assert made.json()["text"] == f"Thank you, {bakery.name}."
    assert [(use["id"], use["place"], use["member"]["name"]) for use in listed] == [
        (made.json()["use_id"], "mailer", "Alice Partner")
    ]
    assert thanks().use_count == 1


def test_what_cannot_be_filled_in_is_refused_and_not_counted(alice):
    refused = api_of(alice).send("POST", f"/{thanks().pk}/uses", {})

    assert refused.status_code == 422
    assert "values.client.name" in refused.json()["errors"][0]["path"]
    assert thanks().use_count == 0


def test_uses_of_what_a_person_does_not_have_are_not_there(alice, bob):
    private = make_snippet(bob)
    api = api_of(alice)

    assert api.get(f"/{private.pk}/uses").status_code == 404
    assert api.send("POST", f"/{private.pk}/uses", {}).status_code == 404


def test_staff_do_not_read_who_used_what(bob):
    assert api_of(bob).get(f"/{thanks().pk}/uses").status_code == 403


@pytest.mark.parametrize("number", [1, 2])
def test_json_made_in_sql_fits_the_schema(alice, number):
    place = {"client_id": str(carlas_bakery().pk), "place": 'a " quote' * number}
    api_of(alice).send("POST", f"/{thanks().pk}/uses", place)

    (text,) = SnippetUse.objects.values_list(USE.text(), flat=True)
    USE.schema.model_validate_json(text)
