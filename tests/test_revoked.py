"""A right that was taken away is refused on the very next request: by page, by token, in a job, by a link."""

from typing import Any

from django.test import Client as Browser

from firmament.kernel.files.delivery import signed_url
from firmament.kernel.files.models import StoredFile
from firmament.kernel.identity.actions import deactivate_membership, issue_token
from firmament.kernel.jobs.models import JobRun
from firmament.kernel.ledger.models import Entry
from firmament.kernel.policies.actions import revoke_role
from firmament.kernel.policies.models import Role
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.fixtures import LedgerView
from firmament.kernel.testing.jobs import run_all_queued
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.documents.tests.factories import item_of, make_request, make_submission

CLIENTS = "/w/acme/clients/"


def take_away(ada: Actor, actor: Actor, code: str) -> None:
    member = Membership.objects.get(pk=actor.membership_id)
    revoke_role(ada, member, Role.objects.get(code=code))


def denials() -> list[dict[str, Any]]:
    return list(Entry.objects.filter(code="ledger.power_denied").values_list("payload", flat=True))


def test_the_next_page_is_refused(ada: Actor, alice: Actor, alice_browser: Browser) -> None:
    address = f"{CLIENTS}{carlas_bakery().pk}/"
    assert alice_browser.get(address).status_code == 200

    take_away(ada, alice, "partner")

    assert alice_browser.get(address).status_code in (403, 404)
    assert alice_browser.get(CLIENTS).status_code == 403


def test_the_next_word_of_a_token_is_refused(ada: Actor, alice: Actor) -> None:
    _token, secret = issue_token(alice, name="Books", scopes=["clients.read"], expires_at=None)

    def ask() -> int:
        return Browser().get("/api/v1/clients", headers={"Authorization": f"Bearer {secret}"}).status_code

    assert ask() == 200

    take_away(ada, alice, "partner")

    assert ask() == 403


def test_work_that_was_queued_before_is_refused_and_the_trail_says_whose(
    ada: Actor, alice: Actor, alice_browser: Browser, monkeypatch: Any, ledger: LedgerView
) -> None:
    monkeypatch.setattr("firmament.kernel.web.exports.AT_ONCE", 0)
    place = alice_browser.post(CLIENTS, {"export": "csv"})
    assert place.status_code == 303

    take_away(ada, alice, "partner")
    run_all_queued(raise_errors=False)

    run = JobRun.objects.get(code="web.run_export")
    refused = Entry.objects.get(code="ledger.power_denied")
    assert (run.state, StoredFile.objects.exists()) == ("failed", False)
    assert (refused.domain, refused.membership_id, refused.job) == (
        "staff",
        alice.membership_id,
        "web.run_export",
    )
    assert refused.payload == {
        "power": "clients.view",
        "rule": "clients.view/entrance",
        "path": "job web.run_export",
        "run_id": str(run.pk),
    }
    assert "ledger.job_failed" in ledger.codes()


def test_work_of_somebody_who_has_left_is_refused_too(
    ada: Actor, alice: Actor, alice_browser: Browser, monkeypatch: Any
) -> None:
    monkeypatch.setattr("firmament.kernel.web.exports.AT_ONCE", 0)
    alice_browser.post(CLIENTS, {"export": "csv"})

    deactivate_membership(ada, Membership.objects.get(pk=alice.membership_id))
    run_all_queued(raise_errors=False)

    run = JobRun.objects.get(code="web.run_export")
    assert (run.state, StoredFile.objects.exists()) == ("failed", False)
    assert [(one["power"], one["rule"]) for one in denials()] == [
        ("web.run_export", "web.run_export/membership")
    ]


def test_a_link_that_was_given_before_is_refused(
    ada: Actor, alice: Actor, alice_browser: Browser, settings: Any, tmp_path: Any
) -> None:
    settings.FILES_ROOT = tmp_path / "files"
    submission = make_submission(alice, item_of(make_request(alice)))
    link = signed_url(alice, submission.file, power="documents.view_request", subject=submission)
    answer = alice_browser.get(link)
    assert (answer.status_code, b"".join(answer.streaming_content)[:4]) == (200, b"%PDF")

    take_away(ada, alice, "partner")

    assert alice_browser.get(link).status_code == 404
