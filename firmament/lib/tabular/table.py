"""The shapes of a table: its rows, its limits, and why it could not be read."""

from dataclasses import dataclass


class TableError(Exception):
    """The file cannot be read as a table. The text is for the person who chose the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLimits:
    """How much of a table we take. Sizes are bytes; `cell` and `text` are characters.

    `unpacked` and `ratio` hold for XLSX and ODS, which are archives, and are checked from the
    archive's own list before anything is unpacked.
    """

    size: int = 20 * 2**20
    rows: int = 50_000
    columns: int = 256
    cell: int = 32_767
    text: int = 30_000_000
    unpacked: int = 80 * 2**20
    ratio: int = 150
    members: int = 2_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as the person sees it in their program (from 1), and its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as read. Every row has as many cells as there are columns; blank rows are left out.

    `kind` is csv, xlsx, xls, xlsb or ods; `encoding` and `delimiter` are empty for workbooks,
    `sheet` and `sheets` for text.
    """

    kind: str
    encoding: str
    delimiter: str
    sheet: str
    sheets: tuple[str, ...]
    header_number: int
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
