"""From bare rows to a table: where the header stands, what its columns are called."""

import re
from collections.abc import Iterable, Sequence
from statistics import median

from firmament.lib.tabular.table import Row, TableError, TableLimits

_LOOK = 60
_VALUE = re.compile(r"[\s\d.,:/+\-%€$£()]*\d[\s\d.,:/+\-%€$£()]*|[^@\s]+@[^@\s]+\.[^@\s]+|https?://\S+")


def bounded(rows: Iterable[Row], limits: TableLimits) -> list[Row]:
    """The rows that hold anything, right-trimmed; TableError at the first limit that is passed."""
    kept: list[Row] = []
    characters = 0
    for row in rows:
        cells = row.cells
        while cells and not cells[-1].strip():
            cells = cells[:-1]
        if not cells:
            continue
        if len(cells) > limits.columns:
            raise TableError(f"Row {row.number} has more than {limits.columns} columns.")
        if max(map(len, cells)) > limits.cell:
            raise TableError(f"Row {row.number} has a cell that is too long.")
        characters += sum(map(len, cells))
        # One more than the limit: the header.
        if len(kept) > limits.rows or characters > limits.text:
            raise TableError(f"This table is too large. Split it into parts of at most {limits.rows:,} rows.")
        kept.append(Row(row.number, cells))
    if not kept:
        raise TableError("This file is empty.")
    return kept


def header_index(rows: Sequence[Row]) -> int:
    """The index of the row that names the columns: the first full one without a value in it.

    Titles and notes above it fill one or two cells of many; a totals row has numbers.
    """
    head = rows[:_LOOK]
    wanted = 0.6 * median(sorted(map(_filled, head))[len(head) // 3 :])
    full = [index for index, row in enumerate(head) if _filled(row) >= wanted]
    named = [index for index in full if not any(_VALUE.fullmatch(cell.strip()) for cell in head[index].cells)]
    # Only a header near the top is one; a row of words far down is a row of words.
    near = [index for index in named if index <= full[0] + 3]
    return near[0] if near else full[0]


def _filled(row: Row) -> int:
    return sum(1 for cell in row.cells if cell.strip())


def shaped(
    rows: Sequence[Row], header_number: int | None = None
) -> tuple[int, tuple[str, ...], tuple[Row, ...]]:
    """The number of the header row, the column names, and the rows below, all of one width.

    Columns without a name and without a value are left out. `header_number` overrides the search.
    """
    if header_number is None:
        index = header_index(rows)
    else:
        found = [index for index, row in enumerate(rows) if row.number == header_number]
        if not found:
            raise TableError(f"Row {header_number} is blank or does not exist.")
        index = found[0]
    below = rows[index + 1 :]
    width = max(len(row.cells) for row in rows[index:])
    used = [False] * width
    for row in rows[index:]:
        for column, cell in enumerate(row.cells):
            used[column] = used[column] or bool(cell.strip())
    columns = [column for column in range(width) if used[column]]
    padding = ("",) * width
    padded = tuple(
        Row(row.number, tuple((row.cells + padding)[column] for column in columns)) for row in below
    )
    return rows[index].number, _named(rows[index].cells + padding, columns), padded


def _named(header: tuple[str, ...], columns: Sequence[int]) -> tuple[str, ...]:
    names: list[str] = []
    for column in columns:
        name = " ".join(header[column].split()) or f"Column {letters(column)}"
        candidate, times = name, 1
        while candidate in names:
            times += 1
            candidate = f"{name} ({times})"
        names.append(candidate)
    return tuple(names)


def letters(column: int) -> str:
    """A, B, … Z, AA, … as spreadsheet programs count columns; `column` from 0."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
