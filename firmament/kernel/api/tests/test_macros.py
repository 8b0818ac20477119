"""Macros for programs."""

import json

import pytest
from django.test import Client as Program

from firmament.kernel.identity.actions import issue_token
from firmament.kernel.macros.tests.factories import IN_A_MONTH, PAUSE, TO_NOBODY, a_macro, a_request
from firmament.modules.documents.models import DocumentRequest
from firmament.modules.engagements.actions import resume_engagement
from firmament.modules.engagements.models import Engagement


@pytest.fixture
def call(alice):
    def caller(actor=alice, scopes=("macros.*", "documents.*", "engagements.*", "clients.*", "snippets.*")):
        _token, secret = issue_token(actor, name="macros", scopes=list(scopes), expires_at=None)

        def ask(method, path, body=None):
            answer = Program().generic(
                method,
                f"/api/v1/macros{path}",
                data=json.dumps(body) if body is not None else "",
                content_type="application/json",
                headers={"Authorization": f"Bearer {secret}"},
            )
            return answer.status_code, json.loads(answer.content)

        return ask

    return caller


def on(request):
    return {"kind": "documents.documentrequest", "object_id": str(request.pk)}


def test_a_program_looks_ahead_runs_and_takes_back(alice, call):
    request, macro = a_request(alice), a_macro(alice, PAUSE, IN_A_MONTH)
    ask = call()

    status, listed = ask("GET", f"?kind=documents.documentrequest&object_id={request.pk}")
    assert status == 200
    assert [(row["id"], row["version"]) for row in listed["items"]] == [(str(macro.pk), 1)]

    status, seen = ask("POST", f"/{macro.pk}/preview", on(request))
    assert (status, seen["possible"]) == (200, True)
    assert [step["outcome"] for step in seen["steps"]] == ["changes", "changes"]
    assert Engagement.objects.get(pk=request.engagement_id).state == "active"

    status, ran = ask("POST", f"/{macro.pk}/run", {**on(request), "mark": seen["mark"]})
    assert status == 201
    assert ran["steps"][0]["after"] == {"state": "paused", "reason": "Waiting for the bank"}
    assert ask("GET", f"/runs/{ran['id']}") == (200, ran)

    status, undone = ask("POST", f"/runs/{ran['id']}/undo")
    assert status == 200
    assert undone["undone_by_id"] == str(alice.membership_id)
    assert DocumentRequest.objects.get(pk=request.pk).due_on == request.due_on


def test_a_refused_step_is_a_422_that_names_it_and_nothing_is_done(alice, call):
    request, macro = a_request(alice), a_macro(alice, IN_A_MONTH, PAUSE, PAUSE)

    status, told = call()("POST", f"/{macro.pk}/run", on(request))

    assert status == 422
    assert "Step 3, “Pause the engagement”" in json.dumps(told, ensure_ascii=False)
    assert DocumentRequest.objects.get(pk=request.pk).due_on == request.due_on


def test_a_token_runs_no_step_beyond_its_scopes(alice, call):
    request, macro = a_request(alice), a_macro(alice, IN_A_MONTH, TO_NOBODY)
    narrow = call(scopes=("macros.*", "documents.*", "snippets.*", "clients.read"))

    status, _told = narrow("POST", f"/{macro.pk}/run", on(request))

    assert status == 403
    assert DocumentRequest.objects.get(pk=request.pk).due_on == request.due_on


def test_what_was_changed_since_is_a_422_on_the_way_back(alice, call):
    request, macro = a_request(alice), a_macro(alice, PAUSE)
    ask = call()
    _status, ran = ask("POST", f"/{macro.pk}/run", on(request))
    resume_engagement(alice, Engagement.objects.get(pk=request.engagement_id))

    status, told = ask("POST", f"/runs/{ran['id']}/undo")

    assert status == 422
    assert "has been changed since" in json.dumps(told, ensure_ascii=False)


def test_the_catalogue_is_there_for_programs(alice, call):
    status, told = call()("GET", "/steps")

    pause = next(step for step in told["items"] if step["code"] == "engagements.pause")
    assert status == 200
    assert pause["kinds"] == ["documents.documentrequest", "engagements.engagement"]
    assert pause["params"] == [{"name": "reason", "label": "Reason", "type": "long_text", "required": True}]
