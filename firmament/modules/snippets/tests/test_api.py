from datetime import timedelta

import pytest

from firmament.kernel.api.sharing import SHARE
from firmament.kernel.api.wordings import VERSION
from firmament.kernel.identity.actions import issue_token
from firmament.kernel.labels.models import Folder
from firmament.lib.instant import now
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.clients.tests.test_api import Api
from firmament.modules.snippets.models import Snippet, SnippetGrant, SnippetVersion
from firmament.modules.snippets.schemas import SNIPPET
from firmament.modules.snippets.tests.factories import make_snippet, thanks


def api_of(actor):
    scopes = ["snippets.*", "clients.read", "labels.*"]
    _token, secret = issue_token(actor, name="Books", scopes=scopes, expires_at=now() + timedelta(days=1))
    return Api(secret, "/api/v1/snippets")


@pytest.fixture
def api(bob):
    return api_of(bob)


WRITTEN = {
    "title": "Bank statements",
    "key": "bank-statements",
    "contexts": ["note"],
    "tags": ["accounts"],
    "bodies": {"en": "By {{ due_on | date }}.", "de": "Bis {{ due_on | date }}."},
    "fields": [{"name": "due_on", "type": "date", "label": "Due on"}],
}


def test_a_snippet_by_program_from_draft_to_archive(api):
    made = api.send("POST", "", WRITTEN)
    pk = made.json()["id"]

    states = [
        api.send("POST", f"/{pk}/set/{step}").json()["state"] for step in ("activate", "archive", "unarchive")
    ]

    assert made.status_code == 201
    assert made.json()["locales"] == ["de", "en"]
    assert made.json()["tags"] == ["accounts"]
    assert states == ["active", "archived", "active"]


def test_what_is_wrong_is_named_by_its_member(api):
    unknown = api.send("POST", "", {**WRITTEN, "bodies": {"en": "{{ client.nmae }}"}})
    field = api.send("POST", "", {**WRITTEN, "fields": [{"name": "due_on", "type": "moon", "label": "x"}]})

    assert (unknown.status_code, field.status_code) == (422, 422)
    assert unknown.json()["errors"][0]["path"] == "/bodies"
    assert field.json()["errors"][0]["path"] == "/fields"


def test_a_change_writes_a_version_and_what_is_left_out_stays(api):
    pk = api.send("POST", "", WRITTEN).json()["id"]
    match = api.get(f"/{pk}").headers["ETag"]

    changed = api.send("PATCH", f"/{pk}", {"bodies": {"en": "Now."}, "note": "Shorter"}, etag=match)
    stale = api.send("PATCH", f"/{pk}", {"title": "x"}, etag='"an-older-one"')
    versions = api.get(f"/{pk}/versions").json()["items"]

    assert changed.json()["tags"] == ["accounts"]
    assert stale.status_code == 412
    assert [(v["number"], v["note"], v["bodies"]["en"]) for v in versions] == [
        (2, "Shorter", "Now."),
        (1, "", "By {{ due_on | date }}."),
    ]
    restored = api.send("POST", f"/{pk}/versions/1/restore", {})
    assert restored.json()["latest_number"] == 3


def test_filling_in_names_what_is_missing_and_follows_the_language(api):
    pk = api.send("POST", "", WRITTEN).json()["id"]
    api.send("POST", f"/{pk}/set/activate")

    missing = api.send("POST", f"/{pk}/render", {})
    english = api.send("POST", f"/{pk}/render", {"values": {"due_on": "2026-11-27"}})
    german = api.send("POST", f"/{pk}/render", {"values": {"due_on": "2026-11-27"}, "locale": "de-AT"})

    assert missing.status_code == 422
    assert missing.json()["errors"][0]["path"] == "/values.due_on"
    assert english.json()["text"] == "By November 27, 2026."
    assert german.json()["text"] == "Bis 27. November 2026."
    assert german.json()["versions"] == [
        {"key": "bank-statements", "number": 1, "checksum": SnippetVersion.objects.get(subject=pk).checksum}
    ]


def test_a_client_is_filled_in_only_for_who_may_see_it(api):
    body = {"client_id": str(carlas_bakery().pk), "output": "html"}

    assert (
        carlas_bakery().name.split("’")[0] in api.send("POST", f"/{thanks().pk}/render", body).json()["text"]
    )
    body["client_id"] = str(thanks().pk)
    assert api.send("POST", f"/{thanks().pk}/render", body).status_code == 422


def test_approval_by_program_takes_somebody_else(ada, alice):
    snippet = make_snippet(alice, used=False, reach="firm", contexts=("email",))
    writer, approver = api_of(alice), api_of(ada)

    assert writer.send("POST", f"/{snippet.pk}/set/activate").status_code == 422
    assert writer.send("POST", f"/{snippet.pk}/approval", {}).json()["state"] == "in_review"
    assert writer.send("POST", f"/{snippet.pk}/approval/approve", {}).status_code == 422
    assert approver.send("POST", f"/{snippet.pk}/approval/reject", {}).status_code == 422
    assert approver.send("POST", f"/{snippet.pk}/approval/approve", {}).json()["state"] == "active"


def test_replacing_names_what_to_use_instead(api, bob):
    old, new = make_snippet(bob), make_snippet(bob)

    nothing = api.send("POST", f"/{old.pk}/deprecate", {"replacement_id": str(carlas_bakery().pk)})
    replaced = api.send("POST", f"/{old.pk}/deprecate", {"replacement_id": str(new.pk)})

    assert nothing.status_code == 422
    assert (replaced.json()["state"], replaced.json()["replacement_id"]) == ("deprecated", str(new.pk))


def test_sharing_by_program_and_taking_it_back(alice, bob):
    snippet = make_snippet(alice)
    mine, theirs = api_of(alice), api_of(bob)
    assert theirs.get(f"/{snippet.pk}").status_code == 404

    nobody = mine.send("POST", f"/{snippet.pk}/shares", {})
    shared = mine.send("POST", f"/{snippet.pk}/shares", {"member_id": str(bob.membership_id)})

    assert nobody.status_code == 422
    assert shared.json()["items"][0]["member"]["name"] == "Bob Staff"
    assert theirs.get(f"/{snippet.pk}").status_code == 200
    assert mine.send("DELETE", f"/shares/{shared.json()['items'][0]['id']}").status_code == 204
    assert theirs.get(f"/{snippet.pk}").status_code == 404


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "than"}, ["thanks"]),
        ({"shortcut": "ty"}, ["thanks"]),
        ({"reach": "firm"}, ["thanks"]),
        ({"context": "note"}, ["own-note"]),
        ({"state": "draft"}, []),
    ],
)
def test_the_list_is_narrowed_as_asked(api, bob, asked, found):
    make_snippet(bob, key="own-note")

    assert [row["key"] for row in api.get("", **asked).json()["items"]] == found


def test_the_list_holds_what_its_reader_has(api, alice):
    make_snippet(alice, key="alices-own")

    assert [row["key"] for row in api.get("").json()["items"]] == ["thanks"]
    folder = Folder.objects.get(name="Letters")
    assert [row["key"] for row in api.get("", folder_id=str(folder.pk)).json()["items"]] == ["thanks"]


def test_json_made_in_sql_fits_the_schema(alice):
    make_snippet(alice, title='Quote " and \\ and \u2028', tags=("a", "b"))

    for shape, rows in (
        (SNIPPET, Snippet.objects),
        (VERSION, SnippetVersion.objects),
        (SHARE, SnippetGrant.objects),
    ):
        texts = list(rows.values_list(shape.text(), flat=True))
        assert texts
        for text in texts:
            shape.schema.model_validate_json(text)
