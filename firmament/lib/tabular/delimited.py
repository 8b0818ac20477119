"""Text with delimiters (RFC 4180 and what people make of it) into numbered rows."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from firmament.lib.tabular.formulas import revealed
from firmament.lib.tabular.table import Row, TableError, TableLimits

_DELIMITERS = ",;\t|"
_SAMPLE_CHARACTERS = 128 * 1024
_SAMPLE_ROWS = 200
# Cannot occur in the text: a file with NUL in it is refused before.
_END = "\0end"
_NOWHERE = "\x1f"


def rows(text: str, limits: TableLimits) -> tuple[str, Iterator[Row]]:
    """The delimiter (empty for a single column) and the rows, each numbered by its record.

    Raises TableError for binary content, for an unclosed quotation mark and for anything too large.
    """
    _refuse_binary(text)
    text, declared = _declared_delimiter(text)
    delimiter = declared or sniff(text)
    return delimiter, _parse(text, delimiter or _NOWHERE, limits)


def _refuse_binary(text: str) -> None:
    sample = text[:_SAMPLE_CHARACTERS]
    strange = len(re.findall(r"[\x01-\x08\x0e-\x1f\x7f]", sample))
    if "\0" in text or (strange > 64 and strange * 50 > len(sample)):
        raise TableError(
            "This is not a table: the file holds binary data. Save it as .xlsx or .csv and try again."
        )


def _declared_delimiter(text: str) -> tuple[str, str]:
    """Excel's own first line `sep=;`, taken off, and the delimiter it names."""
    found = re.match(r'"?sep=([,;\t|])"?[ \t]*(\r\n|\r|\n)', text, re.IGNORECASE)
    return (text[found.end() :], found[1]) if found else (text, "")


def sniff(text: str) -> str:
    """The delimiter under which most rows have the same number of cells; empty for one column."""
    sample = text[:_SAMPLE_CHARACTERS]
    if len(text) > len(sample):
        sample = sample[: sample.rfind("\n") + 1] or sample
    best, best_score = "", 0.0
    for delimiter in _DELIMITERS:
        score = _regularity(sample, delimiter)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _regularity(sample: str, delimiter: str) -> float:
    widths: list[int] = []
    try:
        for cells in _reader(sample, delimiter):
            if any(cell.strip() for cell in cells):
                widths.append(len(cells))
            if len(widths) >= _SAMPLE_ROWS:
                break
    except csv.Error:
        return 0.0
    # Rows of one cell are titles and notes; they say little against a delimiter.
    counts = Counter(width for width in widths if width > 1)
    if not counts:
        return 0.0
    width, times = max(counts.items(), key=lambda each: (each[1], each[0]))
    regular = times / (counts.total() + widths.count(1) / 2)
    # An irregular column under a header of one name is a column of texts with commas in them.
    return regular * (1 - 1 / width) if regular > 0.5 or widths[0] > 1 else 0.0


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=_spaced(text, delimiter)
    )


def _spaced(text: str, delimiter: str) -> bool:
    """Whether the writer puts a blank after each delimiter, also before quotation marks."""
    first = next((line for line in text[:4096].splitlines() if line.strip()), "")
    gaps = first.count(delimiter)
    if gaps and len(re.findall(re.escape(delimiter) + " +[^ ]", first)) == gaps:
        return True
    quoted = re.escape(delimiter) + ' +"[^"\r\n' + re.escape(delimiter) + "]"
    return re.search(quoted, text[:_SAMPLE_CHARACTERS]) is not None


def _parse(text: str, delimiter: str, limits: TableLimits) -> Iterator[Row]:
    csv.field_size_limit(max(limits.cell, 1) * 4)
    number = 0
    ending = "" if text.endswith(("\n", "\r")) else "\n"
    try:
        for cells in _reader(f"{text}{ending}{_END}", delimiter):
            if cells == [_END]:
                return
            number += 1
            if cells and cells[-1].endswith(_END):
                raise TableError(
                    f"A quotation mark opened in row {number} is never closed, so the rest of the file"
                    " cannot be told apart. Mend that row and try again."
                )
            yield Row(number, tuple(map(revealed, cells)))
    except csv.Error as error:
        raise TableError(f"Row {number + 1} has a cell that is too long.") from error
