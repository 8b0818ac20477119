"""Dashboards: the days in the address, the change in words, one tile's failure its own, the file as the table."""

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from firmament.kernel.policies.models import Team
from firmament.kernel.web import drawing
from firmament.kernel.web.figures import Figure
from firmament.lib import instant
from firmament.lib.periods import period_of

pytestmark = pytest.mark.urls("firmament.kernel.web.tests.addresses")

URL = "/w/acme/trial/board/"


@pytest.fixture
def teams(acme):
    """Two made today, one in the thirty days before the last thirty."""
    made = [Team.objects.create(name=name) for name in ("Audit", "Tax", "Older")]
    Team.objects.filter(name="Older").update(created_at=instant.now() - timedelta(days=40))
    return made


def test_a_number_stands_beside_the_days_before_and_says_whether_that_is_better(alice_browser, teams):
    page = alice_browser.get(URL).content.decode()

    assert ">2</span>" in page
    assert "100 % more than in the 30 days before (1): better" in page
    assert 'href="/made/"' in page


def test_the_days_are_in_the_address(alice_browser, teams):
    # The day of that moment, not 40 before today: the clocks may have been put back in between.
    day = (instant.now() - timedelta(days=40)).astimezone(ZoneInfo("Europe/Berlin")).date().isoformat()
    page = alice_browser.get(f"{URL}?period=custom&from={day}&to={day}&compare=no").content.decode()

    assert "Older comes first" in page
    assert "Audit comes first" not in page
    assert "compared with" not in page
    assert f'value="{day}"' in page


@pytest.mark.parametrize(
    "query", ["period=nonsense", "period=custom&from=x&to=y", "from=2020-01-01", "compare=x"]
)
def test_nonsense_is_the_last_thirty_days(alice_browser, teams, query):
    page = alice_browser.get(f"{URL}?{query}").content.decode()

    assert re.search(r'aria-current="true">30 days<', page)


def test_one_tile_that_fails_leaves_the_others_standing_and_is_loud(alice_browser, teams, caplog):
    answer = alice_browser.get(URL)
    page = answer.content.decode()

    assert answer.status_code == 200
    assert "Audit comes first" in page
    assert page.count("could not be drawn") == 1
    assert "This number could not be made." in page
    assert page.count(answer["X-Request-ID"]) >= 2
    failures = [r.getMessage() for r in caplog.records if r.name == "firmament.kernel.web.dashboards"]
    assert failures == [
        "A tile of trial.board could not be drawn: broken",
        "A tile of trial.board could not be drawn: crash",
    ]


def test_a_report_that_several_tiles_share_is_asked_once_for_each_period(alice_browser, teams, queries):
    with queries() as seen:
        alice_browser.get(URL)

    asked = [sql for sql in seen.statements if '"policies_team"."created_at" >=' in sql]
    assert len(asked) == 2


def test_the_table_below_a_chart_holds_its_numbers_and_their_rows(alice_browser, teams):
    page = alice_browser.get(URL).content.decode()
    chart = page[page.index('id="tile-letters"') :].partition("</figure>")[0]

    assert re.findall(r'data-value="([^"]*)"', chart) == ["5", "2.5", "3", "1.5"]
    assert re.findall(r'href="(/x/[^"]+)"', chart) == ["/x/Audit", "/x/Tax"]
    assert "(letters)" in chart
    assert "<script>" not in page


@pytest.mark.parametrize(("key", "marks"), [("letters", 3), ("names", 2)])
def test_a_file_is_the_table(alice_browser, teams, ledger, key, marks):
    page = alice_browser.get(URL).content.decode()
    tile = page[page.index(f'id="tile-{key}"') :].partition("</table>")[0]
    body = tile.partition("<tbody>")[2]
    shown = [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]

    answer = alice_browser.post(URL, {"export": key})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert rows[1:] == shown
    assert len(rows[0]) == marks
    assert answer["Content-Disposition"].startswith(f'attachment; filename="trial-board-{key}-')
    assert ledger.codes() == ["web.list_exported"]


@pytest.mark.parametrize("key", ["made", "nothing", ""])
def test_what_is_no_table_is_no_file(alice_browser, teams, key):
    assert alice_browser.post(URL, {"export": key}).status_code == 400


def test_a_chart_without_numbers_says_so(alice_browser, acme):
    page = alice_browser.get(URL).content.decode()

    assert "No team was made" in page
    assert "data-chart" not in page.partition("tile-letters")[2].partition("</section>")[0]


def test_tabs_lead_to_what_the_reader_may_open(alice_browser, bob_browser, teams):
    assert ">Hidden<" in alice_browser.get(URL).content.decode()
    assert ">Hidden<" not in bob_browser.get(URL).content.decode()


THIRTY = period_of("30", today=date(2026, 3, 31), zone=ZoneInfo("UTC"), first=None, last=None)


@pytest.mark.parametrize(
    ("value", "before", "better", "note", "verdict"),
    [
        (12, 10, "more", "20 % more than in the 30 days before (10): better", "better"),
        (8, 10, "more", "20 % less than in the 30 days before (10): worse", "worse"),
        (8, 10, "less", "20 % less than in the 30 days before (10): better", "better"),
        (8, 10, "", "20 % less than in the 30 days before (10)", ""),
        (10, 10, "more", "as in the 30 days before (10)", ""),
        (5, 0, "more", "5 more than in the 30 days before (0): better", "better"),
        (1001, 1000, "more", "less than 1 % more than in the 30 days before (1,000): better", "better"),
        (0, 4, "more", "100 % less than in the 30 days before (4): worse", "worse"),
        (3, None, "more", "nothing to compare with", ""),
        (None, 3, "more", "nothing to compare with", ""),
    ],
)
def test_a_change_is_said_in_words(value, before, better, note, verdict):
    drawn = drawing.stat(Figure(value=value), Figure(value=before), THIRTY, "number", better)

    assert (drawn["note"], drawn["verdict"]) == (note, verdict)


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (None, "number", "–"),
        (12345, "number", "12,345"),
        (1, "days", "1 day"),
        (Decimal("2.25"), "days", "2.2 days"),
        (3.04, "percent", "3 %"),
        (10.0, "number", "10"),
        (100, "number", "100"),
    ],
)
def test_numbers_are_read_with_their_unit(value, unit, words):
    assert drawing.in_words(value, unit) == words
