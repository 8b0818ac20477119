"""Reading a table that somebody chose."""

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import IO

from firmament.lib.sandbox import Allowance, Ending, run
from firmament.lib.tabular.shape import shaped
from firmament.lib.tabular.table import Row, Table, TableError, TableLimits

_STANDARD = TableLimits()


def read_table(
    source: Path | bytes,
    *,
    sheet: str = "",
    header_number: int | None = None,
    limits: TableLimits = _STANDARD,
) -> Table:
    """The table in `source`, judged by its bytes and never by its name.

    The file is parsed in a process of its own with limits on memory and time, so that a hostile one
    costs a bounded amount and an error. Without `header_number` the header row is found. Raises
    TableError with words for the person who chose the file.
    """
    if isinstance(source, Path):
        with source.open("rb") as opened:
            return _read(opened, source.stat().st_size, sheet, header_number, limits)
    with tempfile.TemporaryFile() as spooled:
        spooled.write(source)
        spooled.seek(0)
        return _read(spooled, len(source), sheet, header_number, limits)


def _read(source: IO[bytes], size: int, sheet: str, header_number: int | None, limits: TableLimits) -> Table:
    if size > limits.size:
        raise TableError(f"This file is too large. At most {limits.size // 2**20} MB can be read.")
    allowance = _allowance(size)
    given = {"allowance": asdict(allowance), "limits": asdict(limits), "sheet": sheet}
    with tempfile.TemporaryFile() as answer:
        ending = run(
            "firmament.lib.tabular.parse", json.dumps(given), source=source, into=answer, allowance=allowance
        )
        answer.seek(0)
        if ending is Ending.DONE:
            return _table(answer, header_number)
    raise TableError(
        "This table could not be read within the limits: it is too large or damaged. Save it again as"
        " .xlsx or .csv, or split it."
    )


def _allowance(size: int) -> Allowance:
    # A small file has no honest reason to take long; a large one may have fifty thousand rows.
    return Allowance(cpu_seconds=1 + size // 2**20, wall_seconds=10 + 3 * (size // 2**20))


def _table(answer: IO[bytes], header_number: int | None) -> Table:
    found = json.loads(answer.readline())
    if "error" in found:
        raise TableError(found["error"])
    rows = [Row(number, tuple(cells)) for number, cells in map(json.loads, answer)]
    number, columns, below = shaped(rows, header_number)
    return Table(
        kind=found["kind"],
        encoding=found["encoding"],
        delimiter=found["delimiter"],
        sheet=found["sheet"],
        sheets=tuple(found["sheets"]),
        header_number=number,
        columns=columns,
        rows=below,
    )
