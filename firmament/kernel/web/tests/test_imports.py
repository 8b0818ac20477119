"""An import, from the file to the firm's rows and back."""

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from firmament.kernel.jobs.models import JobRun
from firmament.kernel.ledger.models import Entry
from firmament.kernel.policies.models import RoleAssignment, Team
from firmament.kernel.testing.jobs import run_all_queued
from firmament.kernel.web.importing import guess
from firmament.kernel.web.models import Import, ImportRow
from firmament.kernel.web.tests.importing import TEAM_IMPORT

pytestmark = pytest.mark.urls("firmament.kernel.web.tests.addresses")

URL = "/w/acme/trial/import/"
FILE = "Mannschaft;Größe\nAudit;3\nTax;viele\n;4\nAudit;5\nThere;1\nRefused;1\nA name too long;2\n=1+1;1\n"


@pytest.fixture
def bring(alice_browser):
    def send(text=FILE, name="teams.csv", encoding="cp1252"):
        content = text if isinstance(text, bytes) else text.encode(encoding)
        return alice_browser.post(URL, {"file": SimpleUploadedFile(name, content)})

    return send


@pytest.fixture
def checked(bring, alice_browser):
    Team.objects.create(name="there")
    url = bring()["Location"]
    alice_browser.post(url, {"step": "map", "column_name": "0", "column_size": "1"})
    return url


def states():
    rows = ImportRow.objects.order_by("number").values_list("state", flat=True)
    return " ".join(rows)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (("Name", "Size"), {"name": 0, "size": 1}),
        (("SIZE", "", "name"), {"size": 0, "name": 2}),
        (("Mann-schaft", "x"), {"name": 0}),
        (("Team name", "Size (people)"), {"name": 0, "size": 1}),
        (("A", "B"), {}),
    ],
)
def test_columns_are_guessed_by_any_of_their_names(header, found):
    assert guess(TEAM_IMPORT, header) == found


def test_a_file_is_read_and_nothing_is_made(bring, alice_browser, ledger):
    answer = alice_browser.get(bring()["Location"])

    assert "Größe" in answer.content.decode()
    assert b"<c-" not in answer.content
    assert ImportRow.objects.count() == 8
    assert not Team.objects.exists()
    assert ledger.codes() == ["web.import_uploaded"]


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02\x03" * 50, b"Name\n", b"PK\x03\x04broken"])
def test_what_is_no_table_is_refused_in_plain_words(bring, content):
    answer = bring(content)

    assert answer.status_code == 422
    assert b"Nothing was changed." in answer.content
    assert not Import.objects.exists()


def test_the_dry_run_says_what_is_wrong_and_makes_nothing(checked, alice_browser):
    page = alice_browser.get(checked).content.decode()

    assert states() == "good wrong wrong double double good wrong good"
    assert "At most ten letters." in page
    assert "This is needed." in page
    assert "The same as row 2" in page
    assert "Already there: there" in page
    assert not Team.objects.exclude(name="there").exists()


def test_the_wrong_rows_can_be_downloaded_and_hold_no_formula(checked, alice_browser):
    answer = alice_browser.get(f"{checked}?show=problems")

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["Mannschaft", "Größe", "Row", "Result", "What is wrong", "What is lost"]
    assert rows[1][:3] == ["Tax", "viele", "3"]
    assert len(rows) == 6


def test_a_row_is_mended_in_place(checked, alice_browser):
    alice_browser.post(checked, {"step": "mend", "row_3_size": "12", "row_4_leave_out": "yes"})

    assert states() == "good good skipped double double good wrong good"


def test_an_import_runs_as_the_person_and_finishes(checked, alice_browser, run_jobs, ledger):
    ledger.forget()
    alice_browser.post(checked, {"step": "run"})
    run_jobs()

    page = alice_browser.get(checked).content.decode()
    assert sorted(Team.objects.values_list("name", flat=True)) == ["=1+1", "Audit", "there"]
    assert states() == "made wrong wrong double double refused wrong made"
    assert "Not this one." in page
    assert ledger.codes() == ["web.import_requested", "web.import_finished"]
    assert {e.membership_id for e in ledger.entries()} == {Import.objects.get().membership_id}


def test_progress_is_asked_for_and_ends_in_a_whole_page(checked, alice_browser, run_jobs):
    alice_browser.post(checked, {"step": "run"})
    headers = {"HX-Request": "true", "HX-Target": "div#progress", "HX-Request-Type": "partial"}
    waiting = alice_browser.get(checked, headers=headers)
    run_jobs()
    ended = alice_browser.get(checked, headers=headers)

    assert b"Waiting for its turn" in waiting.content
    assert "HX-Refresh" not in waiting
    assert ended["HX-Refresh"] == "true"


def test_a_second_click_on_run_starts_nothing(checked, alice_browser, queued):
    alice_browser.post(checked, {"step": "run"})
    alice_browser.post(checked, {"step": "run"})

    # What was made before is indexed for search meanwhile.
    assert [code for code in queued() if not code.startswith("search.")] == ["web.run_import"]


def test_a_whole_import_is_taken_out_again(checked, alice_browser, run_jobs):
    alice_browser.post(checked, {"step": "mend", "row_3_name": "Busy", "row_3_size": "1"})
    alice_browser.post(checked, {"step": "run"})
    run_jobs()
    alice_browser.post(checked, {"step": "undo"})
    run_jobs()

    page = alice_browser.get(checked).content.decode()
    assert sorted(Team.objects.values_list("name", flat=True)) == ["Busy", "there"]
    assert "It is in use." in page
    assert Import.objects.get().state == "undone"


def test_a_canceled_import_can_go_on(checked, alice_browser, run_jobs):
    alice_browser.post(checked, {"step": "run"})
    alice_browser.post(f"{checked}?step=cancel")
    run_jobs()
    stopped = alice_browser.get(checked).content.decode()
    alice_browser.post(checked, {"step": "run"})
    run_jobs()

    assert "It stopped." in stopped
    assert Import.objects.get().state == "done"


def test_a_power_taken_away_stops_the_work(checked, alice_browser, run_jobs, monkeypatch):
    alice_browser.post(checked, {"step": "run"})
    RoleAssignment.objects.filter(membership_id=Import.objects.get().membership_id).delete()
    run_all_queued(raise_errors=False)

    refusal = Entry.objects.get(code="ledger.power_denied")
    assert JobRun.objects.get(code="web.run_import").state == "failed"
    assert refusal.payload["power"] == "policies.manage_teams"
    assert sorted(Team.objects.values_list("name", flat=True)) == ["there"]


def test_nobody_else_sees_an_import(checked, ada_browser, gina_browser):
    assert ada_browser.get(checked).status_code == 404
    assert ada_browser.post(checked, {"step": "run"}).status_code == 404
    assert gina_browser.get(checked).status_code == 404


def test_what_is_put_away_is_forgotten(checked, alice_browser):
    alice_browser.post(checked, {"step": "discard"})

    assert not ImportRow.objects.exists()
    assert b"put away" in alice_browser.get(checked).content


@pytest.mark.parametrize(
    "chosen", [{"column_name": "99"}, {"column_name": "-1"}, {"column_name": "²"}, {"column_name": "x"}, {}]
)
def test_a_column_that_does_not_exist_is_no_column(bring, alice_browser, chosen):
    url = bring()["Location"]

    answer = alice_browser.post(url, {"step": "map", **chosen})

    assert answer.status_code == 303
    assert set(states().split()) == {"wrong"}


def test_an_unknown_step_is_refused(checked, alice_browser):
    assert alice_browser.post(checked, {"step": "explode"}).status_code == 400


def test_the_page_names_every_input(checked, alice_browser):
    page = alice_browser.get(checked).content.decode()

    for name in re.findall(r'<input class="input" id="([^"]+)"', page):
        assert f'for="{name}"' in page
