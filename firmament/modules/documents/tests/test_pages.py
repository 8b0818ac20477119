"""The pages of staff and of the client."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from firmament.kernel.policies.authority import forget_authority
from firmament.kernel.policies.models import RolePower
from firmament.lib.instant import today
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.documents.actions.requests import cancel_request
from firmament.modules.documents.models import DocumentRequest, Submission
from firmament.modules.documents.tests.factories import item_of, make_request, make_submission, pdf


def rows(**first: str) -> dict[str, str]:
    return {
        "items-TOTAL_FORMS": "2",
        "items-INITIAL_FORMS": "0",
        "items-0-title": "Bank statements",
        "items-0-kind": "pdf",
        "items-1-title": "",
        **first,
    }


def test_staff_draft_preview_and_send_a_request(alice_browser, acme):
    client = carlas_bakery()
    form = {"title": "Papers", "due_on": "2026-12-31", "note": "Thank you", "remind": "on", **rows()}

    answer = alice_browser.post(f"/w/acme/documents/new/{client.pk}/", form)
    request = DocumentRequest.objects.get(title="Papers")
    letter = alice_browser.get(f"/w/acme/documents/requests/{request.pk}/letter/")
    sent = alice_browser.post(f"/w/acme/documents/requests/{request.pk}/send/")

    assert answer.status_code == 302
    assert "carla@client.example" in letter.content.decode()
    assert "31 December 2026" in letter.content.decode()
    assert sent.status_code == 302
    request.refresh_from_db()
    assert request.state == "sent"


def test_only_what_still_waits_for_the_client_is_late_in_the_list(alice_browser, alice):
    day = today("Europe/Berlin") - timedelta(days=1)
    make_request(alice, due_on=day)
    cancel_request(alice, make_request(alice, due_on=day), reason="Asked by phone.")

    assert alice_browser.get("/w/acme/documents/").content.decode().count("1 day late") == 1


def test_more_rows_keep_what_was_typed(alice_browser, acme):
    form = {"title": "Papers", "due_on": "", **rows(), "rows": "more"}

    answer = alice_browser.post(f"/w/acme/documents/new/{carlas_bakery().pk}/", form)

    assert answer.status_code == 200
    assert 'value="Bank statements"' in answer.content.decode()
    assert "items-5-title" in answer.content.decode()


def test_a_request_without_documents_is_sent_back_with_words(alice_browser, acme):
    form = {"title": "Papers", "due_on": "2026-12-31", **rows(**{"items-0-title": ""})}

    answer = alice_browser.post(f"/w/acme/documents/new/{carlas_bakery().pk}/", form)

    assert answer.status_code == 422
    assert "Name at least one document" in answer.content.decode()


def test_the_list_costs_the_same_for_one_and_for_twenty(alice, alice_browser, queries):
    make_request(alice)
    alice_browser.get("/w/acme/documents/")
    with queries() as one:
        alice_browser.get("/w/acme/documents/")
    for _ in range(19):
        make_request(alice)

    with queries() as twenty:
        answer = alice_browser.get("/w/acme/documents/")

    assert answer.status_code == 200
    assert twenty.count == one.count <= 8


def test_the_page_of_a_request_costs_the_same_for_one_file_and_for_six(alice, alice_browser, queries):
    request = make_request(alice)
    make_submission(alice, item_of(request))
    alice_browser.get(f"/w/acme/documents/requests/{request.pk}/")
    with queries() as one:
        alice_browser.get(f"/w/acme/documents/requests/{request.pk}/")
    for number in range(4):
        make_submission(alice, item_of(request), name=f"{number}.pdf")

    with queries() as six:
        alice_browser.get(f"/w/acme/documents/requests/{request.pk}/")

    assert six.count == one.count <= 16


def test_a_client_hands_in_a_file_without_a_script(alice, carla_browser, run_jobs):
    request = make_request(alice)
    item = item_of(request)

    answer = carla_browser.post(
        f"/portal/acme/documents/items/{item.pk}/files/", {"file": pdf()}, follow=True
    )

    assert answer.status_code == 200
    assert "statement.pdf" in answer.content.decode()
    assert Submission.objects.get(item=item).state == "checking"


def test_a_refusal_reaches_the_upload_script_in_plain_words(alice, carla_browser):
    item = item_of(make_request(alice))
    program = SimpleUploadedFile("tax.pdf", b"MZ\x90\x00" + bytes(400))

    answer = carla_browser.post(
        f"/portal/acme/documents/items/{item.pk}/files/",
        {"file": program},
        headers={"Accept": "application/json"},
    )

    assert answer.status_code == 422
    assert "program" in answer.json()["detail"]
    assert not Submission.objects.exists()


@pytest.mark.parametrize("verb", ["accept", "reject"])
def test_deciding_on_the_page(alice, alice_browser, verb):
    submission = make_submission(alice, item_of(make_request(alice)))

    answer = alice_browser.post(
        f"/w/acme/documents/submissions/{submission.pk}/{verb}/", {"reason": "Blurred"}
    )

    assert answer.status_code == 302
    submission.refresh_from_db()
    assert submission.state == f"{verb}ed"


def test_rejecting_without_a_reason_asks_for_one(alice, alice_browser):
    submission = make_submission(alice, item_of(make_request(alice)))

    answer = alice_browser.post(f"/w/acme/documents/submissions/{submission.pk}/reject/", {"reason": ""})

    assert answer.status_code == 422
    submission.refresh_from_db()
    assert submission.state == "pending"


def test_the_client_sees_the_request_and_not_the_firms_side(alice, carla_browser, carla):
    request = make_request(alice)

    portal = carla_browser.get(f"/portal/acme/documents/{request.pk}/")
    staff = carla_browser.get(f"/w/acme/documents/requests/{request.pk}/")

    assert portal.status_code == 200
    assert "Bank statements" in portal.content.decode()
    assert staff.status_code == 404


def test_the_clients_page_offers_to_ask_only_to_those_who_may(alice, alice_browser, bob_browser, bob):
    address = f"/w/acme/clients/{carlas_bakery().pk}/"
    RolePower.objects.filter(role__code="staff", power="documents.request").delete()
    forget_authority()

    assert "/w/acme/documents/new/" in alice_browser.get(address).content.decode()
    assert "/w/acme/documents/new/" not in bob_browser.get(address).content.decode()
