"""The pages: bring a library, take it away."""

from django.core.files.uploadedfile import SimpleUploadedFile

from firmament.modules.libraries.tests.exchanging import export
from firmament.modules.snippets.models import Snippet
from firmament.modules.snippets.tests.factories import make_snippet

URL = "/w/acme/snippets"


def test_a_library_is_brought_looked_at_run_and_taken_back(alice, alice_browser, run_jobs):
    make_snippet(alice, "Mine", key="mine")
    content = export(alice).replace(b'"mine"', b'"theirs"')
    file = SimpleUploadedFile("library.json", content)

    one = alice_browser.post(f"{URL}/import/", {"file": file})["Location"]
    dry = alice_browser.get(one).content.decode()
    alice_browser.post(one, {"step": "run"})
    run_jobs()
    made = Snippet.objects.get(key="theirs").state
    alice_browser.post(one, {"step": "undo"})
    run_jobs()

    assert "1 snippet would be made." in dry
    assert "What is there already" in dry
    assert made == "active"
    assert Snippet.objects.get(key="theirs").state == "archived"


def test_the_library_is_taken_away_from_its_page_and_that_is_written_down(alice, alice_browser, ledger):
    page = alice_browser.get(f"{URL}/export/").content.decode()
    ledger.forget()
    file = alice_browser.get(f"{URL}/export/?format=json")

    assert page.count("Download") >= 3
    assert file.content == export(alice)
    assert file["Content-Disposition"] == 'attachment; filename="snippets.json"'
    assert ledger.codes() == ["web.list_exported"]


def test_a_format_nobody_knows_is_refused(alice_browser):
    assert alice_browser.get(f"{URL}/export/?format=exe").status_code == 400


def test_fifty_megabytes_are_refused_in_words(alice_browser):
    answer = alice_browser.post(f"{URL}/import/", {"file": SimpleUploadedFile("a.json", b" " * (50 * 2**20))})

    assert answer.status_code in (413, 422)
    assert b"too large" in answer.content


def test_staff_take_away_what_they_see_and_bring_nothing(bob_browser):
    assert bob_browser.get(f"{URL}/export/?format=csv").status_code == 200
    assert bob_browser.get(f"{URL}/import/").status_code == 403


def test_the_library_leads_to_its_files_for_those_who_may(alice_browser, bob_browser):
    partner = alice_browser.get("/w/acme/snippets/").content.decode()
    staff = bob_browser.get("/w/acme/snippets/").content.decode()

    assert 'href="/w/acme/snippets/import/"' in partner
    assert 'href="/w/acme/snippets/export/"' in partner
    assert 'href="/w/acme/snippets/import/"' not in staff
    assert 'href="/w/acme/snippets/export/"' in staff


def test_nobody_is_asked_for_what_only_the_rooms_own_files_say(alice_browser):
    page = alice_browser.get(f"{URL}/import/").content.decode()

    assert ">Title" in page
    for inner in ("Versions", "Fault", "Shared with"):
        assert f">{inner}" not in page
