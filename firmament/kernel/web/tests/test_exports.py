"""A list too long to wait for: a job writes it as the person, and it waits for them behind a signed link."""

import csv
import io
import re
from datetime import timedelta

import pytest

from firmament.kernel.files.models import StoredFile
from firmament.kernel.jobs.models import JobRun
from firmament.kernel.ledger.models import Entry
from firmament.kernel.policies.actions import assign_role, raise_wall
from firmament.kernel.policies.models import PortalGrant, Role, RoleAssignment, RolePower, Team
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.fixtures import browser_of
from firmament.kernel.testing.jobs import run_all_queued
from firmament.kernel.web import exports
from firmament.kernel.web.jobs import forget_exports
from firmament.kernel.web.models import Export
from firmament.lib.instant import at, now

pytestmark = pytest.mark.urls("firmament.kernel.web.tests.addresses")

URL = "/w/acme/trial/list/"


@pytest.fixture
def teams(acme, monkeypatch):
    """Six teams, where two rows are more than anybody waits for."""
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    monkeypatch.setattr(exports, "CHUNK", 2)
    return [Team.objects.create(name=name) for name in ("Audit", "Books", "Advice", "Tax", "Brief", "=1+1")]


def page(browser, place):
    return browser.get(place["Location"] if hasattr(place, "headers") else place).content.decode()


def opened(browser, place):
    """What the person gets who follows the link to the file."""
    link = browser.get(f"{place['Location']}&file")
    answer = browser.get(link["Location"])
    assert answer.status_code == 200
    return answer, list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_a_long_list_is_written_by_a_job_and_opened_by_a_signed_link(alice_browser, teams, ledger):
    place = alice_browser.post(f"{URL}?q=i&columns=name&columns=size&sort=-name", {"export": "csv"})
    waiting = page(alice_browser, place)
    run_all_queued()

    answer, rows = opened(alice_browser, place)

    assert place.status_code == 303
    assert "Waiting for its turn" in waiting and "3 rows for CSV" in waiting
    assert rows == [["Name", "Size"], ["Brief", "5"], ["Audit", "5"], ["Advice", "6"]]
    assert re.search(r'filename="teams-\d{4}-\d\d-\d\d\.csv"', answer["Content-Disposition"])
    assert answer["Cache-Control"] == "private, no-store"
    assert "The file is ready" in page(alice_browser, place)
    assert [code for code in ledger.codes() if code != "files.file_scanned"] == [
        "web.list_export_requested",
        "files.file_received",
        "web.list_exported",
        "files.file_downloaded",
    ]
    assert Entry.objects.get(code="web.list_exported").payload["rows"] == 3


def test_a_short_list_still_comes_with_the_answer(alice_browser, teams, ledger):
    answer = alice_browser.post(f"{URL}?q=Tax", {"export": "csv"})

    assert answer.status_code == 200
    assert ledger.codes() == ["web.list_exported"]


def test_no_cell_of_a_long_list_runs_either(alice_browser, teams):
    place = alice_browser.post(f"{URL}?columns=name", {"export": "csv"})
    run_all_queued()

    assert ["'=1+1"] in opened(alice_browser, place)[1]


def test_it_can_be_a_workbook(alice_browser, teams):
    place = alice_browser.post(URL, {"export": "xlsx"})
    run_all_queued()
    link = alice_browser.get(f"{place['Location']}&file")

    assert b"".join(alice_browser.get(link["Location"]).streaming_content).startswith(b"PK")


def test_it_shows_how_far_it_is_and_is_stopped(alice_browser, teams):
    place = alice_browser.post(URL, {"export": "csv"})
    run = JobRun.objects.get(code="web.run_export")
    JobRun.objects.filter(pk=run.pk).update(progress_done=2, progress_total=6)
    shown = page(alice_browser, place)

    stopped = alice_browser.post(place["Location"])
    run_all_queued()

    assert "2 / 6" in shown and "hx-get" in shown
    assert stopped.status_code == 303
    assert "You stopped it" in page(alice_browser, place)
    assert Export.objects.get().file is None


def test_nobody_elses_export_is_found_whatever_they_may_do(alice_browser, ada, teams, gina_browser):
    place = alice_browser.post(URL, {"export": "csv"})
    run_all_queued()
    link = alice_browser.get(f"{place['Location']}&file")["Location"]
    administrator = browser_of("ada@acme.example")

    for address in (place["Location"], f"{place['Location']}&file", link):
        assert administrator.get(address).status_code == 404
        assert gina_browser.get(address).status_code == 404
    assert "3 rows" not in administrator.get(f"{URL}?exports=all").content.decode()
    assert administrator.post(place["Location"]).status_code == 404


def test_the_rows_are_those_the_person_may_see_when_it_is_written(alice, alice_browser, ada, teams):
    place = alice_browser.post(URL, {"export": "csv"})
    RolePower.objects.filter(role__code="partner", power="policies.view_teams").delete()
    run_all_queued(raise_errors=False)

    run = JobRun.objects.get(code="web.run_export")

    assert run.state == "failed" and "may not see it any more" in run.error_text
    refused = Entry.objects.get(code="ledger.power_denied")
    assert (refused.membership_id, refused.payload["power"]) == (alice.membership_id, "policies.view_teams")
    assert refused.payload["run_id"] == str(run.pk)
    assert StoredFile.objects.count() == 0
    assert alice_browser.get(place["Location"]).status_code == 403


def test_a_file_stays_closed_once_a_wall_was_raised(ada, alice, alice_browser, teams):
    place = alice_browser.post(URL, {"export": "csv"})
    run_all_queued()
    assert "The file is ready" in page(alice_browser, place)

    member = Membership.objects.get(pk=alice.membership_id)
    raise_wall(ada, membership=member, client_id=PortalGrant.objects.get().client_id, reason="Kin")

    assert "stays closed" in page(alice_browser, place)
    assert alice_browser.get(f"{place['Location']}&file")["Location"] == place["Location"]


def test_a_role_more_closes_it_too_because_it_would_hold_other_rows(ada, alice, alice_browser, teams):
    place = alice_browser.post(URL, {"export": "csv"})
    run_all_queued()

    member = Membership.objects.get(pk=alice.membership_id)
    assign_role(ada, member, Role.objects.get(code="firm_admin"))
    with_more = page(alice_browser, place)
    RoleAssignment.objects.filter(membership=member, role__code="firm_admin").delete()

    assert "stays closed" in with_more
    assert "The file is ready" in page(alice_browser, place)


def test_what_the_scan_stops_is_said_and_never_handed_out(alice_browser, teams):
    Team.objects.create(name=r"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*")
    place = alice_browser.post(URL, {"export": "csv"})
    run_all_queued()

    assert "The virus scan stopped this file" in page(alice_browser, place)
    assert alice_browser.get(f"{place['Location']}&file")["Location"] == place["Location"]


def test_it_is_found_again_for_a_day_and_then_gone_with_its_bytes(alice_browser, teams):
    place = alice_browser.post(URL, {"export": "csv"})
    run_all_queued()
    listed = page(alice_browser, f"{URL}?exports=all")
    stored = Export.objects.get().file

    with at(now() + timedelta(hours=25)):
        gone = alice_browser.get(place["Location"]).status_code
        forget_exports()

    assert "6 rows for CSV" in listed and "Download" in listed
    assert gone == 404
    stored.refresh_from_db()
    assert (stored.state, stored.blob_id) == ("expired", None)
    assert Export.objects.count() == 0


def test_more_than_fits_into_one_file_is_refused_before_any_work(alice_browser, teams, monkeypatch):
    monkeypatch.setattr(exports, "MAX_ROWS", 5)

    answer = alice_browser.post(URL, {"export": "csv"})

    assert answer.status_code == 422
    assert Export.objects.count() == JobRun.objects.filter(code="web.run_export").count() == 0
