"""Imports of files that name their own fields, and what becomes of what is there already."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

from firmament.kernel.ledger.record import record
from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.ambient import request_id
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.web.import_cells import plain_json
from firmament.kernel.web.importing import work_id
from firmament.kernel.web.models import Import, ImportRow
from firmament.kernel.web.tests.importing import TEAM_IMPORT, TeamTouched
from firmament.lib import instant

pytestmark = pytest.mark.urls("firmament.kernel.web.tests.addresses")

URL = "/w/acme/trial/import/"
TEAMS = [{"name": "Audit", "size": 3, "people": ["Ann"]}, {"name": "There"}, {"name": "Tax", "size": "two"}]


@pytest.fixture
def bring(alice_browser):
    def send(teams=TEAMS, name="Teams.JSON", content=None):
        body = json.dumps({"teams": teams}).encode() if content is None else content
        return alice_browser.post(URL, {"file": SimpleUploadedFile(name, body)})

    return send


@pytest.fixture
def there(acme):
    return Team.objects.create(name="there")


@pytest.fixture
def imported(bring, there, alice_browser, run_jobs):
    """Run with a way to treat what is there; the address of the import."""

    def run(conflict, teams=TEAMS):
        url = bring(teams)["Location"]
        alice_browser.post(url, {"step": "conflict", "conflict": conflict})
        alice_browser.post(url, {"step": "run"})
        run_jobs()
        return url

    return run


def states():
    return " ".join(ImportRow.objects.order_by("number").values_list("state", flat=True))


def names():
    return sorted(Team.objects.values_list("name", flat=True))


def test_a_file_that_names_its_fields_is_checked_at_once(bring, there, alice_browser):
    page = alice_browser.get(bring()["Location"]).content.decode()

    assert states() == "good double wrong"
    assert "Teams as JSON" in page
    assert "Choose other columns" not in page
    assert names() == ["there"]


def test_the_first_page_says_which_files_are_read(alice_browser):
    page = alice_browser.get(URL).content.decode()

    assert 'accept=".csv,.tsv,.txt,.xlsx,.xls,.ods,.json"' in page
    assert "Teams as JSON (.json)" in page


@pytest.mark.parametrize("content", [b"{}", b"[]", b"not json", b'{"teams": []}', b"[" * 100_000, b"\xff"])
def test_a_file_that_is_not_what_it_says_is_refused_in_words(bring, content):
    answer = bring(content=content)

    assert answer.status_code == 422
    assert b"Nothing was changed." in answer.content
    assert not Import.objects.exists()


def test_a_table_of_the_same_room_still_goes_through_its_columns(bring):
    answer = bring(name="teams.csv", content=b"Name\nAudit\n")

    assert Import.objects.get().state == "mapping"
    assert answer.status_code == 303


def test_a_reader_that_claims_its_own_files_leaves_others_to_their_columns(bring):
    bring(name="teams.csv", content=b"ours\nAudit\nTax\n")

    assert Import.objects.get().reader == "ours"
    assert states() == "good good"


def test_what_only_shows_beside_other_rows_is_said_and_can_be_mended(bring, alice_browser):
    url = bring([{"name": "a", "size": 300}, {"name": "b", "size": 300}, {"name": "c"}])["Location"]
    apart = states(), b"Another team is as large." in alice_browser.get(url).content
    alice_browser.post(url, {"step": "mend", "row_2_size": "4"})

    assert apart == ("wrong wrong good", True)
    assert states() == "good good good"


def test_what_is_lost_is_said_before_anything_is_made(bring, alice_browser):
    url = bring([{"name": "a", "size": 10, "colour": "red"}, {"name": "b"}])["Location"]

    page = alice_browser.get(url).content.decode()
    assert states() == "good good"
    assert "Row 1: Teams have no colour. Somebody stays behind." in page
    assert page.count("Rows that lose something") == 1


def test_what_becomes_of_every_row_can_be_downloaded(bring, there, alice_browser):
    url = bring([{"name": "a", "colour": "red"}, {"name": "There"}, {"size": 1}])["Location"]

    text = alice_browser.get(f"{url}?show=rows").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[-4:] for row in rows] == [
        ["Row", "Result", "What is wrong", "What is lost"],
        ["1", "Ready", "", "Teams have no colour."],
        ["2", "Already there", "Already there: there", ""],
        ["3", "To be mended", "Name: This is needed.", ""],
    ]


def test_what_the_import_itself_did_later_is_no_change(imported, alice_browser, run_jobs):
    url = imported("skip")
    team = Team.objects.get(name="Audit")
    work = request_id.set(work_id(Import.objects.get().pk))
    with instant.at(instant.now() + timedelta(minutes=1)):
        record(staff_actor("alice@acme.example"), TeamTouched(team_id=team.pk))
    request_id.reset(work)
    alice_browser.post(url, {"step": "undo"})
    run_jobs()

    assert names() == ["there"]


def test_values_arrive_as_the_file_has_them_and_a_mended_one_as_text(bring, alice_browser):
    url = bring()["Location"]
    alice_browser.post(url, {"step": "mend", "row_3_size": "2"})

    assert states() == "good good good"
    assert ImportRow.objects.get(number=1).cells == ["Audit", 3, ["Ann"]]


def test_a_kind_of_value_that_does_not_belong_is_said(bring, alice_browser):
    page = alice_browser.get(bring([{"name": ["x"]}, {"name": "y", "people": "z"}])["Location"]).content

    assert states() == "wrong wrong"
    assert b"Nothing of this kind belongs here." in page
    assert b"A list of people." in page


def test_columns_cannot_be_chosen_for_such_a_file(bring, alice_browser):
    url = bring()["Location"]
    alice_browser.post(url, {"step": "map", "column_name": "1"})

    assert Import.objects.get().mapping == {"name": 0, "size": 1, "people": 2}


def test_what_is_there_is_left_unless_something_else_is_chosen(imported):
    imported("skip")

    assert names() == ["Audit", "there"]
    assert states() == "made double wrong"


def test_what_is_there_can_be_replaced_and_put_back(imported, alice_browser, run_jobs):
    url = imported("replace")
    replaced = names()
    alice_browser.post(url, {"step": "undo"})
    run_jobs()

    assert replaced == ["Audit", "There"]
    assert names() == ["there"]
    assert states() == "undone undone wrong"


def test_what_is_there_can_be_kept_beside_and_undone(imported, there, alice_browser, run_jobs):
    url = imported("both")
    both = names()
    alice_browser.post(url, {"step": "undo"})
    run_jobs()

    assert both == ["Audit", "There 2", "there"]
    assert names() == ["there"]


def test_the_dry_run_counts_new_and_there_apart(bring, there, alice_browser):
    url = bring()["Location"]
    alice_browser.post(url, {"step": "conflict", "conflict": "replace"})

    page = alice_browser.get(url).content.decode()
    assert "1 team would be made new." in page
    assert "Already there: 1 team. Spell them as here." in page
    assert names() == ["there"]


def test_a_row_that_says_what_is_there_changes_nothing(imported):
    imported("replace", [{"name": "there"}])

    assert states() == "double"
    assert names() == ["there"]


def test_two_rows_of_one_file_that_say_the_same_are_one_whatever_was_chosen(imported):
    imported("replace", [{"name": "THERE"}, {"name": "There"}])

    assert states() == "made double"
    assert names() == ["THERE"]


def test_what_a_person_has_changed_since_is_kept_and_named(imported, bob, alice_browser, run_jobs):
    url = imported("skip")
    team = Team.objects.get(name="Audit")
    with instant.at(instant.now() + timedelta(hours=1)):
        record(bob, TeamTouched(team_id=team.pk))
    alice_browser.post(url, {"step": "undo"})
    run_jobs()

    page = alice_browser.get(url).content.decode()
    rows = list(
        csv.reader(io.StringIO(alice_browser.get(f"{url}?show=problems").content.decode("utf-8-sig")))
    )
    assert names() == ["Audit", "there"]
    assert "Bob Staff has changed it since it was imported." in page
    assert rows[1][:2] == ["Audit", "3"]


def test_what_a_replaced_one_has_become_since_is_kept(imported, there, bob, alice_browser, run_jobs):
    url = imported("replace")
    with instant.at(instant.now() + timedelta(hours=1)):
        record(bob, TeamTouched(team_id=there.pk))
    alice_browser.post(url, {"step": "undo"})
    run_jobs()

    assert names() == ["There"]
    assert states() == "undone kept wrong"


def test_what_a_job_did_by_itself_is_no_change(imported, alice_browser, run_jobs):
    url = imported("skip")
    team = Team.objects.get(name="Audit")
    with instant.at(instant.now() + timedelta(hours=1)):
        record(Actor.system("trial.index"), TeamTouched(team_id=team.pk))
    alice_browser.post(url, {"step": "undo"})
    run_jobs()

    assert names() == ["there"]


def test_a_way_that_does_not_exist_is_the_first(bring, there, alice_browser):
    url = bring()["Location"]
    alice_browser.post(url, {"step": "conflict", "conflict": "explode"})

    assert Import.objects.get().conflict == "skip"


def test_every_reader_is_found_by_the_end_of_the_name():
    assert TEAM_IMPORT.reader_of("a.b.JSON") is TEAM_IMPORT.readers[0]
    assert TEAM_IMPORT.reader_of("json") is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


def texts(value):
    """Every text in a value."""
    match value:
        case str():
            yield value
        case list():
            for one in value:
                yield from texts(one)
        case dict():
            for name, one in value.items():
                yield name
                yield from texts(one)


@settings(max_examples=60, deadline=None)
@given(value=json_values)
def test_whatever_json_may_hold_can_be_kept(value):
    kept = plain_json(value)

    text = json.dumps(kept, allow_nan=False, ensure_ascii=False)
    assert "\x00" not in "".join(texts(kept))
    assert json.loads(text.encode("utf-8")) == kept
