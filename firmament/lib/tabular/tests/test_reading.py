"""Tables of every kind, honest and hostile."""

import io
import os
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
import xlsxwriter

from firmament.lib.sandbox import Allowance
from firmament.lib.tabular.reading import read_table
from firmament.lib.tabular.table import Table, TableError, TableLimits

CASES = Path(__file__).resolve().parents[4] / ".." / "shared" / "cases"
cases = pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not beside this project")


def cells(table: Table) -> list[list[str]]:
    return [list(row.cells) for row in table.rows]


def workbook(sheet: str) -> bytes:
    """A minimal XLSX whose one sheet has this XML for its rows."""
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{types}"/>',
        "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r" Type="{office}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1"'
        f' Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return into.getvalue()


def cell(place: str, text: str) -> str:
    number = "".join(character for character in place if character.isdigit())
    return f'<row r="{number}"><c r="{place}" t="inlineStr"><is><t>{text}</t></is></c></row>'


READABLE = {
    "blank_line.ods": (("Name", "Age", "When"), ["Bob", "20", "2010-10-10"], 3),
    "complex.csv": (
        ("date", "another date", "temperature", "place"),
        ["2011-01-01", "24 October 2011", "0", ""],
        3,
    ),
    "excel_properties.xls": (("bold",), ["italic"], 17),
    "long.csv": (("foo",), ["foo"], 3999),
    "simple.ods": (("Name", "Age", "When"), ["Bob", "20", "2010-10-10"], 3),
    "simple.ssv": (("date", "temperature", "place"), ["2011-01-01", "1", "Galway"], 6),
    "simple.xls": (("date", "temperature", "place"), ["2011-01-01", "1", "Galway"], 6),
    "simple.xlsx": (("date", "temperature", "place"), ["2011-01-01", "1", "Galway"], 6),
}


@cases
@pytest.mark.parametrize("name", READABLE)
def test_a_table_of_the_cases_is_read_whole(name: str) -> None:
    columns, first, count = READABLE[name]

    table = read_table(CASES / "spreadsheets" / name)

    assert (table.columns, cells(table)[0], len(table.rows)) == (columns, first, count)


@cases
def test_titles_above_the_header_are_passed_over() -> None:
    temperatures = read_table(CASES / "spreadsheets" / "mixedGLB.csv")
    doctors = read_table(CASES / "spreadsheets" / "weird_head_padding.csv")

    assert (temperatures.header_number, temperatures.columns[:3]) == (4, ("Year", "Jan", "Feb"))
    assert (doctors.header_number, doctors.columns[:3], doctors.delimiter) == (
        12,
        ("Column A", "1985", "1993"),
        ";",
    )


@cases
def test_wide_tables_of_the_cases_keep_their_columns() -> None:
    names = ("utf-16le_encoded.csv", "simple.psv", "sw_gen.xlsx", "utf8bom.csv")
    tables = [read_table(CASES / "spreadsheets" / name) for name in names]

    assert [(len(table.columns), len(table.rows)) for table in tables] == [
        (19, 327),
        (6, 28),
        (17, 15),
        (2, 0),
    ]


def test_another_sheet_can_be_chosen_but_no_hidden_one() -> None:
    into = io.BytesIO()
    with xlsxwriter.Workbook(into) as book:
        for name in ("Empty", "Clients", "Notes", "Salaries"):
            page = book.add_worksheet(name)
            if name != "Empty":
                page.write_column(0, 0, [f"{name} header", f"{name} value"])
        page.hide()

    first = read_table(into.getvalue())
    notes = read_table(into.getvalue(), sheet="Notes")

    assert (first.sheet, first.sheets) == ("Clients", ("Empty", "Clients", "Notes"))
    assert cells(notes) == [["Notes value"]]
    with pytest.raises(TableError, match="not in this file"):
        read_table(into.getvalue(), sheet="Salaries")


REFUSED = {
    "spreadsheets/simple.unknown": "is empty",
    "spreadsheets/libreoffice.xlsx": "is empty",
    "spreadsheets/encrypted_no_password.xls": "password",
    "spreadsheets/html.html": "web page",
    "spreadsheets/complex.html": "web page",
    "spreadsheets/simple.zip": "archive",
    "uploads/synthetic/xlsx_200MB_sheet.xlsx": "unpacks to far more",
    "uploads/synthetic/xlsx_entity_bomb.xlsx": "damaged",
    "uploads/synthetic/gzip_bomb_100MB.gz": "compressed archive",
    "uploads/synthetic/pixel_flood_30000x30000.png": "a picture",
    "uploads/synthetic/polyglot_pdf_html.pdf": "web page",
    "uploads/synthetic/huge_number.json": "JSON",
}


@cases
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused_with_the_reason(name: str) -> None:
    with pytest.raises(TableError, match=REFUSED[name]):
        read_table(CASES / name)


def worked() -> float:
    """Seconds of processor that this process and those it started have taken, however busy the machine is."""
    taken = os.times()
    return taken.user + taken.system + taken.children_user + taken.children_system


@cases
def test_every_file_of_the_cases_is_read_or_refused_in_bounds() -> None:
    folders = [CASES / "spreadsheets", CASES / "uploads"]
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    slow = []
    for path in files:
        begun = worked()
        with suppress(TableError):
            read_table(path)
        if worked() - begun > 2:
            slow.append(path.name)

    assert (len(files) >= 50, slow) == (True, [])
    # The kernel holds each child to this; it is the bound, whatever the file.
    assert Allowance().memory < 300 * 10**6


HOSTILE = {
    "a cell in the last corner": workbook(cell("A1", "x") + cell("XFD1048576", "x")),
    "a cell beyond every corner": workbook(cell("ZZZZZZZ99999999999", "x")),
    "tags within tags": workbook("<row>" * 200_000),
    "only quotation marks": b'"' * 5_000_000,
    "only delimiters": b"," * 5_000_000,
    "too many rows": b"a\n" * 2_000_000,
    "a cell of one megabyte": b"a,b\n" + b"x" * 2**20 + b",c\n",
    "a cut workbook": workbook(cell("A1", "x"))[:-30],
    "a workbook of rubbish": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 4096,
    "an encrypted workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
    "nothing but blanks": b" \r\n\r\n\t\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_end_in_an_error_and_in_bounds(name: str) -> None:
    begun = worked()
    with pytest.raises(TableError):
        read_table(HOSTILE[name])

    assert worked() - begun < 5


def test_a_table_keeps_the_row_numbers_that_the_person_sees() -> None:
    table = read_table(b"Clients of ours\n\nName;City\n\nSmith;Leeds\n\nDoe;York\n")

    assert table.header_number == 3
    assert [(row.number, row.cells) for row in table.rows] == [(5, ("Smith", "Leeds")), (7, ("Doe", "York"))]


def test_blank_and_repeated_headers_get_names_and_ragged_rows_are_filled() -> None:
    table = read_table(b"Name,E-mail,,E-mail\nSmith,a@x.org,note\nDoe,b@x.org,,c@x.org,extra\n")

    assert table.columns == ("Name", "E-mail", "Column C", "E-mail (2)", "Column E")
    assert cells(table) == [["Smith", "a@x.org", "note", "", ""], ["Doe", "b@x.org", "", "c@x.org", "extra"]]


def test_cells_with_line_breaks_quotes_and_delimiters_stay_whole() -> None:
    table = read_table(b'Name;Address\r\n"Smith; ""Sons""";"High Street\r\nLeeds"\r\nDoe;York\r\n')

    assert cells(table) == [['Smith; "Sons"', "High Street\r\nLeeds"], ["Doe", "York"]]


def test_decimal_commas_do_not_pass_for_delimiters() -> None:
    table = read_table(b"Name;Fee;Rate\nA;1,5;2,5\nB;2,5;3,5\n")

    assert (table.delimiter, cells(table)[0]) == (";", ["A", "1,5", "2,5"])


def test_a_single_column_of_names_with_commas_is_one_column() -> None:
    table = read_table(b"Name\nSmith, John\nDoe, Jane, Ltd\nBrown\n")

    assert cells(table) == [["Smith, John"], ["Doe, Jane, Ltd"], ["Brown"]]


def test_an_unclosed_quotation_mark_is_named_with_its_row() -> None:
    with pytest.raises(TableError, match="row 3"):
        read_table(b'Name,City\nSmith,Leeds\n"Doe,York\nBrown,Hull\n')


def test_line_ends_of_old_macs_are_line_ends() -> None:
    assert cells(read_table(b"Name,City\rSmith,Leeds\rDoe,York\r")) == [["Smith", "Leeds"], ["Doe", "York"]]


def test_columns_left_of_a_workbooks_table_are_counted_and_left_out() -> None:
    table = read_table(workbook(cell("C3", "Name") + cell("C4", "Smith") + cell("D5", "?")))

    assert (table.header_number, table.columns, cells(table)) == (
        3,
        ("Name", "Column D"),
        [["Smith", ""], ["", "?"]],
    )


def test_the_header_row_can_be_given() -> None:
    table = read_table(b"Name,City\nCompany,Town\nSmith,Leeds\n", header_number=2)

    assert (table.columns, cells(table)) == (("Company", "Town"), [["Smith", "Leeds"]])


def test_limits_are_the_callers() -> None:
    with pytest.raises(TableError, match="at most 2 rows"):
        read_table(b"Name\na\nb\nc\n", limits=TableLimits(rows=2))
    with pytest.raises(TableError, match="too large"):
        read_table(b"Name\n" + b"a\n" * 600_000, limits=TableLimits(size=2**20))


MESSY = Path(__file__).resolve().parents[4] / "tests" / "data"


@pytest.mark.parametrize(
    ("ending", "count"),
    [("utf8.csv", 61), ("utf8-bom.csv", 61), ("utf16.txt", 61), ("cp1252.csv", 51), ("xlsx", 61)],
)
def test_the_messy_client_list_is_read_from_all_five_programs(ending: str, count: int) -> None:
    table = read_table(MESSY / f"clients-messy.{ending}")
    by_name = {row.cells[0]: row.cells for row in table.rows}

    assert (table.columns[0], table.columns[2:5], len(table.rows)) == (
        "Company / Name",
        ("E-Mail Adresse", "Tel.", "VAT no"),
        count,
    )
    assert by_name["Van den Berg & Zonen B.V."][7] == "Amsterdam"
    assert by_name["Bäckerei Schröder"][9] == "2016-11-15"
    assert by_name["+49 Plumbing Group"][3] == "+49 89 000111"
    assert by_name["Lumen Architects"][5] == "Studio 5, The Tannery\n40 Tanner Street"
    assert by_name["Total"][10].replace(",", "") in ("178230.50", "178230.5")
