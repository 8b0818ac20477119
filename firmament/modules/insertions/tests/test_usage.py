"""The use of wording: exact counts, for whoever may see them, each leading to its rows."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client as Browser

from firmament.kernel.identity.actions import issue_token
from firmament.kernel.labels.folders import folder_at
from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.wording.filling import Place
from firmament.lib import instant
from firmament.lib.periods import Period
from firmament.modules.clients.tests.factories import carlas_bakery, make_client
from firmament.modules.insertions.actions import attach_uses, insert_snippet, measure_uses
from firmament.modules.insertions.models import SnippetUse
from firmament.modules.insertions.reports import figures as reports
from firmament.modules.insertions.reports import usage
from firmament.modules.snippets.actions.governing import ask_approval
from firmament.modules.snippets.actions.writing import change_snippet
from firmament.modules.snippets.tests.factories import approve, draft_of, make_snippet, thanks

BOTH = ("email", "note", "message")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAYS = Period(kind="custom", first=date(2026, 11, 1), last=date(2026, 11, 30), zone=ZoneInfo("UTC"))
BOARD = "/w/acme/snippets/usage/?period=custom&from=2026-11-01&to=2026-11-30"
USES = "/w/acme/snippets/uses/"


def use(actor, snippet, *, at=NOON, channel="email", client=None, sent=""):
    """One insertion, and what was sent of it."""
    with instant.at(at):
        place = Place(channel=channel, client_id=client.pk if client else None)
        inserted = insert_snippet(actor, snippet.pk, values={}, place=place)
        if sent:
            attach_uses(
                actor,
                [inserted.use_id],
                kind="trial.letter",
                object_id=inserted.use_id,
                text=inserted.filled.text,
            )
            measure_uses("trial.letter", inserted.use_id, sent=sent)
    return inserted.use_id


@pytest.fixture
def used(alice, bob):
    """Two snippets: one used three times by two people in two ways, in a folder; one once."""
    folder = folder_at(alice, area="snippets", path=("Letters",))
    often = make_snippet(
        alice, "Good day to you all.", title="Often", reach="firm", folder_id=folder.pk, contexts=BOTH
    )
    once = make_snippet(alice, "Once.", title="Once", reach="firm", contexts=BOTH)
    bakery = carlas_bakery()
    use(alice, often, at=NOON - timedelta(days=2), sent="Good day to you all.")
    use(alice, often, channel="note")
    use(bob, often, client=bakery, sent="Something else entirely.")
    use(bob, once, at=NOON + timedelta(days=1))
    return often, once


def test_every_use_is_counted_once_in_each_way(alice, bob, used):
    often, once = used

    found = usage.flow(alice, DAYS)

    assert (found.all.uses, found.all.measured) == (4, 2)
    assert {pk: tally.uses for pk, tally in found.snippet.items()} == {often.pk: 3, once.pk: 1}
    assert {pk: tally.uses for pk, tally in found.member.items()} == {
        alice.membership_id: 2,
        bob.membership_id: 2,
    }
    assert {name: tally.uses for name, tally in found.channel.items()} == {"email": 3, "note": 1}
    assert {at: tally.uses for at, tally in found.piece.items()} == {18: 1, 20: 2, 21: 1}
    assert found.all.kept == pytest.approx(50.0)


def test_days_outside_of_the_period_count_for_nothing(alice, used):
    one_day = Period(kind="custom", first=date(2026, 11, 20), last=date(2026, 11, 20), zone=ZoneInfo("UTC"))

    assert usage.flow(alice, one_day).all.uses == 2
    assert usage.flow(alice, one_day.before).all.uses == 0


def test_the_figures_are_what_the_reports_say_and_lead_to_as_many_rows(alice, used, alice_browser):
    found = reports.flow(alice, DAYS)
    totals = reports.totals(found, DAYS)
    charts = [
        reports.by_snippet(alice, DAYS),
        reports.by_person(alice, DAYS),
        reports.by_channel(found, DAYS),
        reports.course(found, DAYS),
    ]

    assert [totals[key].value for key in ("uses", "people", "snippets")] == [4, 2, 2]
    assert rows_at(alice_browser, totals["uses"].url) == 4
    assert rows_at(alice_browser, totals["kept"].url) == 2
    for chart in charts:
        for value, url in zip(chart.lines[0].values, chart.lines[0].urls, strict=True):
            if value:
                assert rows_at(alice_browser, url) == value, url


def rows_at(browser, url):
    """How many rows a list shows, by its own export."""
    answer = browser.post(url, {"export": "csv"})
    assert answer.status_code == 200, answer.content
    return len(list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))) - 1


def test_folders_count_what_lies_in_them(alice, used):
    series = reports.by_folder(alice, DAYS)

    assert dict(zip(series.labels, series.lines[0].values, strict=True)) == {"Letters": 3, "In no folder": 1}


def test_wording_that_is_changed_before_it_is_sent_is_to_be_mended(alice, used):
    often, _once = used
    early = reports.to_mend(alice, DAYS)
    use(alice, often, sent="Good day.")
    reports.transaction_cache().clear()

    table = reports.to_mend(alice, DAYS)

    assert early.empty
    assert [row.cells[:2] for row in table.rows] == [("Often", 3)]
    assert 30 < table.rows[0].cells[2] < 60


def test_what_nobody_used_for_ninety_days_is_named_the_longest_first(alice):
    with instant.at(NOON - timedelta(days=200)):
        never = make_snippet(alice, "a", title="Never")
        lately = make_snippet(alice, "b", title="Lately")
        long_ago = make_snippet(alice, "c", title="Long ago")
    use(alice, long_ago, at=NOON - timedelta(days=91), channel="note")
    use(alice, lately, at=NOON - timedelta(days=89), channel="note")
    make_snippet(alice, "d", title="New")

    with instant.at(NOON):
        assert [row.title for row in usage.unused(alice)] == [never.title, long_ago.title]


def test_what_waits_for_approval_is_named_with_its_age(alice):
    snippet = thanks()
    with instant.at(NOON):
        change_snippet(alice, snippet, draft_of(snippet, bodies={"en": "Thank you."}), based_on=1)
        ask_approval(alice, snippet)
    with instant.at(NOON + timedelta(days=4)):
        table = reports.waiting(alice, DAYS)

    assert [row.cells for row in table.rows] == [("Thanks", date(2026, 11, 20), 4)]


def test_languages_are_shares_of_what_is_in_use(alice):
    make_snippet(alice, bodies={"en": "a", "de": "b"})
    make_snippet(alice, bodies={"de": "c"}, default_locale="de")
    make_snippet(alice, bodies={"fr": "d"}, default_locale="fr", used=False)

    assert usage.languages(alice) == (3, {"en": 2, "de": 2})


def test_two_that_read_alike_are_found_and_others_are_not(alice, run_jobs):
    text = "We kindly ask you to send us the bank statements of the whole year by the date below."
    first = make_snippet(alice, text, title="One")
    second = make_snippet(alice, text.replace("kindly ", ""), title="Two")
    make_snippet(alice, "Something else that has no word in common with them.", title="Three")
    make_snippet(alice, text, title="Not in use", used=False)
    run_jobs()

    (pair,) = usage.alike(alice)

    assert {pair.first_id, pair.second_id} == {first.pk, second.pk}
    assert 0.7 <= pair.likeness < 1


def test_a_person_sees_the_figures_of_what_they_may_see_alone(alice, used, run_jobs):
    ada = staff_actor("ada@acme.example")
    secret = make_snippet(alice, "We never tell anybody about this one thing.", title="Secret")
    make_snippet(alice, "We never tell anybody about this one thing.", title="Secret too")
    use(alice, secret, channel="note")
    run_jobs()

    assert usage.flow(alice, DAYS).all.uses == 5
    assert usage.flow(ada, DAYS).all.uses == 4
    assert secret.pk not in usage.flow(ada, DAYS).snippet
    assert len(usage.alike(alice)) == 1
    assert usage.alike(ada) == []
    assert {row.snippet_id for row in usage.uses(ada)} == {snippet.pk for snippet in used}


def test_a_use_for_a_client_behind_a_wall_is_not_listed(alice, used):
    ada = staff_actor("ada@acme.example")
    member = Membership.objects.get(pk=alice.membership_id)
    raise_wall(
        ada, membership=member, client_id=carlas_bakery().pk, reason="Sister works there", review_on=None
    )

    assert usage.uses(alice).count() == 3
    assert usage.uses(ada).count() == 4


def test_the_clients_that_were_sent_a_version_are_listed(alice, used, alice_browser, token):
    often, _once = used
    change_snippet(alice, often, draft_of(often, bodies={"en": "Better day."}), based_on=1)
    approve(staff_actor("ada@acme.example"), often, asking=alice)
    often.refresh_from_db()
    use(alice, often, client=make_client(alice, name="Otter Ltd"))

    first = token.get(f"{API}/clients", {"snippet_id": str(often.pk), "number": 1}).json()["clients"]
    second = token.get(f"{API}/clients", {"snippet_id": str(often.pk), "number": 2}).json()["clients"]

    assert [(row["client"], row["uses"], bool(row["sent_at"])) for row in first] == [
        ("Carla’s Bakery", 1, True)
    ]
    assert [row["client"] for row in second] == ["Otter Ltd"]
    assert rows_at(alice_browser, f"{USES}?snippet={often.pk}&version=1") == 3
    assert rows_at(alice_browser, f"{USES}?snippet={often.pk}&version=2") == 1


API = "/api/v1/snippets/analytics"


@pytest.fixture
def token(alice):
    _token, secret = issue_token(
        alice,
        name="Mover",
        scopes=["insertions.*", "snippets.*"],
        expires_at=instant.now() + timedelta(days=1),
    )
    return Browser(headers={"Authorization": f"Bearer {secret}"})


def test_programs_get_the_same_numbers(token, used):
    got = token.get(API, {"first": "2026-11-01", "last": "2026-11-30"}).json()

    assert (got["total"]["uses"], got["total"]["kept"]) == (4, 50.0)
    assert [(row["name"], row["uses"]) for row in got["snippets"]] == [("Often", 3), ("Once", 1)]
    assert [row["uses"] for row in got["folders"]] == [3, 1]
    assert sum(piece["uses"] for piece in got["over_time"]) == 4
    assert got["languages"] == {"en": got["in_use"]}
    assert token.get(f"{API}/alike").json() == {"pairs": []}


@pytest.mark.parametrize(
    "days", [{"first": "2026-11-02", "last": "2026-11-01"}, {"first": "1900-01-01"}, {"first": "soon"}]
)
def test_days_that_make_no_sense_are_refused(token, days):
    assert token.get(API, days).status_code == 422


def test_the_board_costs_the_same_for_one_and_for_many(alice, used, alice_browser, queries):
    alice_browser.get(BOARD)
    with queries() as few:
        page = alice_browser.get(BOARD)
    for number in range(12):
        use(alice, make_snippet(alice, f"Text {number}."), channel="note")

    with queries() as many:
        alice_browser.get(BOARD)

    assert page.status_code == 200
    assert b"could not be" not in page.content
    assert "“Often” is used most" in page.content.decode()
    assert many.count == few.count <= 16


def test_staff_without_the_power_see_neither_board_nor_uses(bob_browser):
    for page in ("usage", "uses", "alike"):
        assert bob_browser.get(f"/w/acme/snippets/{page}/").status_code == 403


def test_an_empty_firm_is_told_what_would_stand_here(alice_browser):
    SnippetUse.objects.all().delete()

    for page in ("usage", "uses", "alike"):
        answer = alice_browser.get(f"/w/acme/snippets/{page}/")
        assert answer.status_code == 200
        assert b"could not be" not in answer.content
