"""Libraries for programs: taken away, looked at, brought, taken back."""

import json
from datetime import timedelta

import pytest
from django.test import Client as Browser

from firmament.kernel.identity.actions import issue_token
from firmament.lib.instant import now
from firmament.modules.libraries.tests.exchanging import export
from firmament.modules.snippets.models import Snippet
from firmament.modules.snippets.tests.factories import make_snippet

URL = "/api/v1/snippets"


def program(actor):
    """A program with this person's token."""
    _token, secret = issue_token(
        actor, name="Mover", scopes=["snippets.*"], expires_at=now() + timedelta(days=1)
    )
    return Browser(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def api(alice):
    return program(alice)


def send(api, path, **body):
    return api.post(f"{URL}{path}", json.dumps(body), content_type="application/json")


@pytest.fixture
def library(alice):
    make_snippet(alice, "Mine", key="mine")
    return (
        export(alice)
        .replace(b'"mine"', b'"theirs"')
        .replace(b'"owner":"alice@acme.example"', b'"owner":""')
        .decode()
    )


def test_a_library_is_taken_away_in_each_format_and_that_is_written_down(api, alice, ledger):
    ledger.forget()
    answers = [api.get(f"{URL}/export", {"format": name}) for name in ("json", "csv", "espanso")]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].content == export(alice)
    assert answers[1].headers["Content-Disposition"] == 'attachment; filename="snippets.csv"'
    assert ledger.codes() == ["web.list_exported"] * 3


def test_a_format_nobody_knows_is_refused(api):
    assert api.get(f"{URL}/export", {"format": "exe"}).status_code == 422


def test_a_dry_run_makes_nothing_and_can_be_run(api, library, run_jobs):
    looked = send(api, "/imports", file_name="a.json", content=library, dry_run=True)
    before = Snippet.objects.filter(key="theirs").exists()
    again = send(api, f"/imports/{looked.json()['id']}/run")
    run_jobs()
    done = api.get(f"{URL}/imports/{looked.json()['id']}")

    assert (looked.status_code, looked.json()["state"], before) == (201, "checked", False)
    assert looked.json()["counts"] == {"good": 1, "double": 1}
    assert again.json()["state"] == "running"
    assert (done.json()["state"], done.json()["counts"]) == ("done", {"made": 1, "double": 1})
    assert Snippet.objects.filter(key="theirs").exists()


def test_an_import_runs_and_is_taken_out_again(api, library, run_jobs):
    made = send(api, "/imports", file_name="a.json", content=library, conflict="replace")
    run_jobs()
    undone = send(api, f"/imports/{made.json()['id']}/undo")
    run_jobs()

    assert (made.status_code, undone.status_code) == (201, 200)
    assert Snippet.objects.get(key="theirs").state == "archived"
    assert send(api, f"/imports/{made.json()['id']}/undo").status_code == 409


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"file_name": "a.json", "content": "[" * 5000}, "unreadable"),
        ({"file_name": "a.yml", "content": "a: &a [b]\nc: *a"}, "unreadable"),
        ({"file_name": "a.csv", "content": "x"}, "unreadable"),
        ({"file_name": "a.json", "content": "{}", "conflict": "explode"}, "invalid"),
        ({"file_name": "a.json", "content": ""}, "invalid"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(api, body, code):
    answer = send(api, "/imports", **body)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_body_of_many_megabytes_is_refused(api):
    assert send(api, "/imports", file_name="a.json", content="x" * 2_000_000).status_code == 413


def test_nobody_sees_another_ones_import_and_staff_may_not_bring_one(api, library, bob):
    pk = send(api, "/imports", file_name="a.json", content=library, dry_run=True).json()["id"]
    theirs = program(bob)

    assert theirs.get(f"{URL}/imports/{pk}").status_code == 403
    assert send(theirs, "/imports", file_name="a.json", content=library).status_code == 403
    assert theirs.get(f"{URL}/export").status_code == 200
