"""CSV that we wrote ourselves, read back to the letter; `reading` is for tables that people made."""

import csv
import io
from collections.abc import Iterator

from firmament.lib.tabular.formulas import revealed
from firmament.lib.tabular.table import TableError

_CELL = 1_000_000


def columns_of(content: bytes) -> tuple[str, list[str]]:
    """The delimiter and the names of the first line; nothing where it is no line of plain names."""
    line = content[:4096].partition(b"\n")[0].decode("utf-8-sig", "replace").rstrip("\r")
    delimiter = next((sign for sign in ",;\t" if sign in line), ",")
    return delimiter, [name.strip('"') for name in line.split(delimiter)]


def read_exact(content: bytes) -> Iterator[dict[str, str]]:
    """Each row by the names of the first one, as `write_csv` was given it; also where a spreadsheet chose `;` since.

    Raises TableError in plain words.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError("This file is not UTF-8 text. Save it as CSV UTF-8.") from error
    delimiter, names = columns_of(content)
    csv.field_size_limit(_CELL)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        next(rows)
        for cells in rows:
            if cells:
                yield dict(zip(names, map(revealed, cells), strict=False))
    except csv.Error as error:
        raise TableError(f"This table is damaged in row {rows.line_num}: {error}.") from error
