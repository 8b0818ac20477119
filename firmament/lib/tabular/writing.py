"""Tables for other programs, in which no cell can run."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO

import xlsxwriter

from firmament.lib.tabular.formulas import hidden
from firmament.lib.tabular.table import TableError

Cell = str | int | Decimal | date | datetime | bool | None
# Excel's own: characters in a cell, rows in a sheet, digits it keeps of a number.
_CELL = 32_767
_ROWS = 1_048_576
_EXACT = 10**15
_SAFE = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]], into: IO[bytes]) -> None:
    """UTF-8 with a mark, comma, CRLF (RFC 4180): what Excel opens without asking.

    Texts that would run as formulas get a leading apostrophe, which `reading` takes off again.
    """
    into.write(b"\xef\xbb\xbf")
    writer = csv.writer(_Encoded(into), lineterminator="\r\n")
    writer.writerow([hidden(name) for name in columns])
    for row in rows:
        writer.writerow([hidden(_plain(cell)) if isinstance(cell, str) else _plain(cell) for cell in row])


class _Encoded:
    """The one method that csv.writer asks of a file; a TextIOWrapper would close what it wraps."""

    def __init__(self, into: IO[bytes]) -> None:
        self._into = into

    def write(self, line: str) -> int:
        return self._into.write(line.encode())


def _plain(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case datetime():
            return cell.isoformat(sep=" ", timespec="seconds")
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def write_xlsx(
    columns: Sequence[str], rows: Iterable[Sequence[Cell]], into: IO[bytes], *, sheet: str = "Export"
) -> None:
    """One sheet with a bold header that stays in view. Every text is a text, never a formula or a link.

    Raises TableError for a cell or a table that the format cannot hold; nothing is cut silently.
    """
    # Left by an error too, the book must be closed: it keeps its rows in temporary files.
    with xlsxwriter.Workbook(into, _SAFE) as book:
        page = book.add_worksheet(sheet)
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        page.freeze_panes(1, 0)
        for column, name in enumerate(columns):
            page.write_string(0, column, _fitting(name, 1), bold)
        for number, row in enumerate(rows, start=1):
            if number >= _ROWS:
                raise TableError("There are more rows than an Excel sheet can hold. Choose CSV.")
            for column, cell in enumerate(row):
                match cell:
                    case datetime():
                        page.write_datetime(number, column, cell.replace(tzinfo=None), moment)
                    case date():
                        page.write_datetime(number, column, cell, day)
                    case bool():
                        page.write_boolean(number, column, cell)
                    case int() | Decimal() if -_EXACT < cell < _EXACT:
                        page.write_number(number, column, cell)
                    case None:
                        pass
                    case _:
                        page.write_string(number, column, _fitting(str(cell), number + 1))


def _fitting(text: str, number: int) -> str:
    if len(text) > _CELL:
        raise TableError(f"Row {number} has a text longer than an Excel cell can hold. Choose CSV.")
    return text
