"""Approved wording in the texts of every room: picked in, kept with what it became part of, measured when it is sent."""

from django.http import QueryDict

from firmament.kernel.web.forms import offer_wording
from firmament.modules.clients.forms.clients import ClientForm
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.documents.models import DocumentRequest
from firmament.modules.documents.tests.factories import make_request
from firmament.modules.engagements.tests.factories import make_engagement
from firmament.modules.insertions.models import SnippetUse
from firmament.modules.snippets.tests.factories import make_snippet

ROWS = {
    "items-TOTAL_FORMS": "1",
    "items-INITIAL_FORMS": "0",
    "items-0-title": "Bank statements",
    "items-0-kind": "pdf",
}
LETTER = "Please send us the papers named below by the day named above. Thank you for your help."


def pick(browser, snippet, channel: str) -> dict[str, str]:
    answer = browser.post(
        f"/w/acme/snippets/picker/{snippet.pk}/?channel={channel}&client={carlas_bakery().pk}"
    )
    assert answer.status_code == 200
    found: dict[str, str] = answer.json()
    return found


def draft(browser, note: str, *inserted: str) -> DocumentRequest:
    form = {"title": "Papers", "due_on": "2026-12-31", "note": note, "inserted": list(inserted), **ROWS}
    answer = browser.post(f"/w/acme/documents/new/{carlas_bakery().pk}/", form)
    assert answer.status_code == 302
    found: DocumentRequest = DocumentRequest.objects.get(title="Papers")
    return found


def test_the_covering_letter_offers_wording_for_its_client_and_engagement(alice_browser):
    page = alice_browser.get(f"/w/acme/documents/new/{carlas_bakery().pk}/").content.decode()

    assert 'data-picker="/w/acme/snippets/picker/"' in page
    assert f"channel=email&amp;place=documents.request&amp;client={carlas_bakery().pk}" in page
    assert 'data-picker-with="engagement=engagement_id"' in page
    assert 'data-picker-for="id_note"' in page


def test_what_is_left_of_the_wording_is_known_when_the_request_is_sent(alice, alice_browser):
    picked = pick(alice_browser, make_snippet(alice, LETTER, contexts=("email",)), "email")
    request = draft(
        alice_browser, picked["text"].replace("Thank you for your help.", "Best wishes"), picked["id"]
    )
    use = SnippetUse.objects.get()
    assert (use.about_kind, use.about_id, use.survived) == ("documents.documentrequest", request.pk, None)

    alice_browser.post(f"/w/acme/documents/requests/{request.pk}/send/")

    use.refresh_from_db()
    assert use.survived is not None
    assert 400 < use.survived < 900
    assert use.fingerprint is None
    assert use.sent_at is not None


def test_wording_left_as_it_was_survives_whole_and_what_was_thrown_away_was_never_used(alice, alice_browser):
    snippet = make_snippet(alice, LETTER, contexts=("email",))
    kept, gone = (
        pick(alice_browser, snippet, "email"),
        pick(alice_browser, make_snippet(alice, "Zebra", contexts=("email",)), "email"),
    )
    request = draft(alice_browser, f"Dear all,\r\n{kept['text']}", kept["id"], gone["id"])

    alice_browser.post(f"/w/acme/documents/requests/{request.pk}/send/")

    assert SnippetUse.objects.get(pk=kept["id"]).survived == 1000
    assert not SnippetUse.objects.filter(pk=gone["id"]).exists()


def test_a_form_drawn_again_keeps_what_was_inserted(alice, alice_browser):
    picked = pick(alice_browser, make_snippet(alice, LETTER, contexts=("email",)), "email")

    page = alice_browser.post(
        f"/w/acme/documents/new/{carlas_bakery().pk}/", {"title": "", "inserted": picked["id"], **ROWS}
    )

    assert page.status_code == 422
    assert f'<input type="hidden" name="inserted" value="{picked["id"]}">' in page.content.decode()


def test_nobody_takes_anothers_insertion_for_theirs(alice, alice_browser, bob, bob_browser):
    picked = pick(bob_browser, make_snippet(bob, LETTER, contexts=("email",)), "email")

    draft(alice_browser, "Hello", picked["id"], "not an id", "")

    assert SnippetUse.objects.get().about_id is None


def test_a_reason_for_a_client_and_one_for_the_file_are_measured_at_once(alice, alice_browser):
    snippet = make_snippet(alice, "It is not needed any more.", contexts=("note",))
    request = make_request(alice)
    engagement = make_engagement(alice, carlas_bakery())
    picked = [pick(alice_browser, snippet, "note") for _n in range(3)]
    reason = {"reason": "It is not needed any more.", "inserted": picked[0]["id"]}

    alice_browser.post(f"/w/acme/documents/requests/{request.pk}/cancel/", reason)
    alice_browser.post(
        f"/w/acme/engagements/{engagement.pk}/set/cancel/",
        {"cancel-reason": "Not needed", "inserted": picked[1]["id"]},
    )
    edited = {**ClientForm.values_of(carlas_bakery()), "notes": "Something else", "inserted": picked[2]["id"]}
    alice_browser.post(
        f"/w/acme/clients/{carlas_bakery().pk}/edit/", {key: value or "" for key, value in edited.items()}
    )

    kinds = {use.about_kind: use.survived for use in SnippetUse.objects.all()}
    assert kinds["documents.documentrequest"] == 1000
    assert 0 < (kinds["engagements.engagement"] or 0) < 1000
    assert kinds.keys() == {"documents.documentrequest", "engagements.engagement"}


def test_a_field_chosen_in_a_form_of_many_is_found_by_its_full_name(alice):
    form = ClientForm(QueryDict(), prefix="row-1")

    offer_wording(form, "notes", alice, channel="note", place="test", client="name")

    assert form.fields["notes"].widget.attrs["data-picker-with"] == "client=row-1-name"
