"""The child process of `reading`: bytes on standard input, one JSON line per row on standard output.

Nothing but `reading` runs this. The first line tells what was found, or the error.
"""

import json
import re
import sys

from firmament.lib.sandbox import Allowance
from firmament.lib.tabular import delimited, encoding, workbook
from firmament.lib.tabular.shape import bounded
from firmament.lib.tabular.table import Row, TableError, TableLimits

_WEB_PAGE = (
    "This is a web page saved under a spreadsheet's name. Open it in your spreadsheet program, save it"
    " as .xlsx and try again."
)
_FOREIGN = (
    (b"%PDF-", "a PDF document"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"BZh", "a compressed archive"),
    (b"\xfd7zXZ", "a compressed archive"),
    (b"7z\xbc\xaf", "a compressed archive"),
    (b"Rar!", "a compressed archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"{\\rtf", "a text document"),
    (b"SQLite format 3", "a database"),
)


def parse(content: bytes, sheet: str, limits: TableLimits) -> tuple[dict[str, object], list[Row]]:
    """What was found, and the rows that hold anything. Raises TableError."""
    if len(content) > limits.size:
        raise TableError(f"This file is too large. At most {limits.size // 2**20} MB can be read.")
    if not content.strip():
        raise TableError("This file is empty.")
    for mark, what in _FOREIGN:
        if content.startswith(mark) and not (mark == b"MZ" and b"\0" not in content[:1024]):
            raise TableError(f"This is {what}, not a table.")
    found: dict[str, object] = {"encoding": "", "delimiter": "", "sheet": "", "sheets": []}
    if kind := workbook.kind(content):
        name, names, cells = workbook.rows(content, kind, sheet, limits)
        return found | {"kind": kind, "sheet": name, "sheets": names}, bounded(cells, limits)
    text, codec = encoding.decode(content)
    _refuse_markup(text)
    delimiter, cells = delimited.rows(text, limits)
    return found | {"kind": "csv", "encoding": codec, "delimiter": delimiter}, bounded(cells, limits)


def _refuse_markup(text: str) -> None:
    head = text[:2048].lstrip()
    if re.match(r"<[a-z!?]", head, re.IGNORECASE):
        raise TableError(_WEB_PAGE)
    if (head[:1], text[-64:].rstrip()[-1:]) in {("{", "}"), ("[", "]")}:
        raise TableError("This is a JSON file, not a table.")


def main() -> None:
    given = json.loads(sys.argv[1])
    Allowance(**given["allowance"]).take()
    limits = TableLimits(**given["limits"])
    try:
        found, rows = parse(sys.stdin.buffer.read(limits.size + 1), given["sheet"], limits)
    except TableError as error:
        print(json.dumps({"error": str(error)}))
        return
    write = sys.stdout.write
    write(json.dumps(found) + "\n")
    for row in rows:
        write(json.dumps((row.number, row.cells)) + "\n")


if __name__ == "__main__":
    main()
