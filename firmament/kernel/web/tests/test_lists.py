"""Lists: what the address says is what is shown, exported and acted on."""

import csv
import io
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from firmament.kernel.ledger.models import Entry
from firmament.kernel.policies.models import Team

pytestmark = pytest.mark.urls("firmament.kernel.web.tests.addresses")

URL = "/w/acme/trial/list/"


@pytest.fixture
def teams(acme):
    return [Team.objects.create(name=name) for name in ("Audit", "Books", "Advice", "Tax", "Brief", "Zürich")]


def names(answer):
    return re.findall(r'class="cell-title" href="[^"]+">([^<]+)<', answer.content.decode())


def page_link(answer, rel):
    found = re.search(rf'rel="{rel}" href="([^"]+)"', answer.content.decode())
    return found.group(1).replace("&amp;", "&") if found else ""


def test_an_empty_list_says_what_it_is_for(alice_browser):
    answer = alice_browser.get(URL)

    assert b"No teams yet" in answer.content
    assert b"<c-" not in answer.content


def test_pages_follow_one_another_and_lead_back(alice_browser, teams):
    first = alice_browser.get(URL)
    second = alice_browser.get(page_link(first, "next"))
    back = alice_browser.get(page_link(second, "prev"))

    assert names(first) == names(back) == ["Advice", "Audit", "Books"]
    assert names(second) == ["Brief", "Tax", "Zürich"]
    assert page_link(first, "prev") == page_link(second, "next") == ""
    assert b"3 of 6 teams" in first.content


def test_a_search_is_counted_only_where_one_page_does_not_hold_what_it_found(alice_browser, teams, queries):
    asked = {}
    for text in ("Zürich", "i", ""):
        with queries() as seen:
            answer = alice_browser.get(f"{URL}?q={text}")
        counting = [statement for statement in seen.statements if "COUNT(*)" in statement]
        asked[text] = (len(counting), answer.content.decode())

    assert asked["Zürich"][0] == 0 and "1 team" in asked["Zürich"][1]
    assert asked["i"][0] == 1 and "3 of 4 teams" in asked["i"][1]
    assert asked[""][0] == 1 and "3 of 6 teams" in asked[""][1]


def test_a_row_that_comes_meanwhile_moves_nothing(alice_browser, teams):
    following = page_link(alice_browser.get(URL), "next")
    Team.objects.create(name="AAA")

    assert names(alice_browser.get(following)) == ["Brief", "Tax", "Zürich"]


def test_sorting_is_in_the_address(alice_browser, teams):
    answer = alice_browser.get(f"{URL}?sort=-name")

    assert names(answer) == ["Zürich", "Tax", "Brief"]
    assert b'aria-sort="descending"' in answer.content


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=ü", ["Zürich"]),
        ("q=a+d", ["Advice", "Audit"]),
        ("q=%00%25", []),
        ("start=B", ["Books", "Brief"]),
        ("start=nonsense", ["Advice", "Audit", "Books"]),
        ("made_from=2999-01-01", ["Advice", "Audit", "Books"]),
        ("made_from=2100-01-01", []),
        ("made_to=2000-01-01", []),
        ("self=not-an-id", ["Advice", "Audit", "Books"]),
        ("self=00000000-0000-4000-8000-000000000000", []),
        ("after=forged", ["Advice", "Audit", "Books"]),
        ("sort=password", ["Advice", "Audit", "Books"]),
    ],
)
def test_filters_are_in_the_address_and_nonsense_is_as_if_absent(alice_browser, teams, query, found):
    answer = alice_browser.get(f"{URL}?{query}")

    assert answer.status_code == 200
    assert names(answer) == found


def test_a_filter_that_is_on_can_be_taken_away(alice_browser, teams):
    answer = alice_browser.get(f"{URL}?start=B&q=oo")

    assert b"Large" in answer.content
    assert f'href="{URL}?q=oo"' in answer.content.decode()


def test_what_is_typed_is_never_markup(alice_browser, teams):
    answer = alice_browser.get(f"{URL}?q=%22%3E%3Cscript%3Ealert(1)")

    assert b"<script>alert" not in answer.content


def test_htmx_gets_the_rows_and_nothing_around_them(alice_browser, teams):
    headers = {"HX-Request": "true", "HX-Target": "div#rows", "HX-Request-Type": "partial"}
    answer = alice_browser.get(f"{URL}?start=B", headers=headers)

    assert b"<html" not in answer.content
    assert names(answer) == ["Books", "Brief"]
    assert "HX-Request" in answer["Vary"]


def test_columns_can_be_chosen(alice_browser, teams):
    chosen = alice_browser.get(f"{URL}?columns=name&columns=size").content.decode()

    heads = re.findall(r"<th[^>]*>(?:<a[^>]*>)?([A-Z]\w+)", chosen)
    assert heads == ["Name", "Size"]


def test_a_page_costs_the_same_for_one_row_and_for_three(alice_browser, queries):
    Team.objects.create(name="One")
    alice_browser.get(URL)
    with queries() as one:
        alice_browser.get(URL)
    for name in ("Two", "Three"):
        Team.objects.create(name=name)

    with queries() as three:
        alice_browser.get(URL)

    assert three.count == one.count <= 8, "\n".join(s[:200] for s in three.statements)


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_an_export_is_what_is_on_the_screen_and_is_recorded(alice_browser, teams, ledger):
    answer = alice_browser.post(f"{URL}?q=i&columns=name&columns=size&sort=-name", {"export": "csv"})

    assert rows_of(answer) == [
        ["Name", "Size"],
        ["Zürich", "6"],
        ["Brief", "5"],
        ["Audit", "5"],
        ["Advice", "6"],
    ]
    assert answer["Content-Disposition"].startswith('attachment; filename="teams-')
    assert ledger.codes() == ["web.list_exported"]
    assert Entry.objects.get(code="web.list_exported").payload["rows"] == 4


def test_an_export_holds_no_formula(alice_browser, acme):
    Team.objects.create(name="=1+1")

    assert rows_of(alice_browser.post(f"{URL}?columns=name", {"export": "csv"}))[1] == ["'=1+1"]


def test_an_export_can_be_a_workbook(alice_browser, teams):
    answer = alice_browser.post(URL, {"export": "xlsx"})

    assert answer.content.startswith(b"PK")
    assert "spreadsheetml" in answer["Content-Type"]


def test_a_bulk_action_shows_first_what_it_would_touch(alice_browser, teams, ledger):
    answer = alice_browser.post(URL, {"bulk": "archive", "selected": [t.pk for t in teams[:2]]})

    assert b"2 teams" in answer.content
    assert b"Audit" in answer.content
    assert Team.objects.filter(name__startswith="Old").count() == 0
    assert ledger.codes() == []


def test_a_bulk_action_is_done_and_can_be_undone(alice_browser, teams, ledger):
    chosen = {"bulk": "archive", "selected": [t.pk for t in teams[:2]], "confirmed": "yes"}
    answer = alice_browser.post(URL, chosen, follow=True)
    undo = re.search(r'action="([^"]+undo=[^"]+)"', answer.content.decode()).group(1)
    assert Team.objects.filter(name__startswith="Old").count() == 2
    assert b"2 teams archived" in answer.content

    undone = alice_browser.post(undo, follow=True)

    assert b"2 teams restored" in undone.content
    assert Team.objects.filter(name__startswith="Old").count() == 0
    assert ledger.codes() == ["web.bulk_action_done"]


def test_an_undo_works_once(alice_browser, teams):
    chosen = {"bulk": "archive", "selected": [teams[0].pk], "confirmed": "yes"}
    page = alice_browser.post(URL, chosen, follow=True).content.decode()
    undo = re.search(r'action="([^"]+undo=[^"]+)"', page).group(1)
    alice_browser.post(undo)

    assert b"can no longer be undone" in alice_browser.post(undo, follow=True).content


def test_what_an_action_refuses_is_left_and_said(alice_browser, teams):
    locked = Team.objects.create(name="Locked")
    chosen = {"bulk": "archive", "selected": [locked.pk, teams[0].pk], "confirmed": "yes"}

    answer = alice_browser.post(URL, chosen, follow=True)

    assert b"A locked team stays." in answer.content
    assert b"1 team archived" in answer.content


def test_all_that_match_means_all_pages_of_this_filter(alice_browser, teams):
    alice_browser.post(f"{URL}?start=B", {"bulk": "archive", "all": "yes", "confirmed": "yes"})

    assert sorted(Team.objects.filter(name__startswith="Old").values_list("name", flat=True)) == [
        "Old Books",
        "Old Brief",
    ]


def test_a_bulk_action_reaches_no_other_firm(alice_browser, acme, globex, in_firm):
    with in_firm(globex):
        foreign = Team.objects.create(name="Theirs")

    alice_browser.post(URL, {"bulk": "archive", "selected": [foreign.pk], "confirmed": "yes"})

    with in_firm(globex):
        assert Team.objects.get(pk=foreign.pk).name == "Theirs"


def test_without_the_power_there_is_no_bulk_action(bob_browser, teams):
    answer = bob_browser.post(URL, {"bulk": "archive", "selected": [teams[0].pk], "confirmed": "yes"})

    assert answer.status_code == 403
    assert not Team.objects.filter(name__startswith="Old").exists()


def test_a_toast_is_said_once_and_is_never_markup(alice_browser, teams):
    alice_browser.get("/w/acme/trial/say/")
    first = alice_browser.get(URL).content.decode()
    second = alice_browser.get(URL).content.decode()

    assert "Archived &lt;b&gt;it&lt;/b&gt;" in first
    assert 'action="/undo"' in first
    assert "Archived" not in second


def test_a_toast_comes_with_the_fragment_that_follows(alice_browser, teams):
    alice_browser.get("/w/acme/trial/say/")
    answer = alice_browser.get(URL, headers={"HX-Request": "true", "HX-Target": "div#rows"})

    assert b'hx-swap-oob="beforeend:#toasts"' in answer.content


def test_sort_links_forget_the_place(alice_browser, teams):
    answer = alice_browser.get(page_link(alice_browser.get(URL), "next")).content.decode()
    sort = next(u for u in re.findall(r'href="([^"]+)"', answer) if "sort=made" in u)

    assert parse_qs(urlsplit(sort).query.replace("&amp;", "&")) == {"sort": ["made"]}
