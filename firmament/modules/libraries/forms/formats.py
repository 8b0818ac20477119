"""The library as files, out and in: JSON with everything, CSV to read and edit. Espanso's files have their own module.

Writers take the entries of `reports.library` and give the same bytes for the same library. Readers give rows for the
import, with the texts that say what a file cannot tell.
"""

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from firmament.kernel.web.imports import NOTES
from firmament.kernel.wording.analysis import check
from firmament.kernel.wording.errors import WordingError
from firmament.lib.canonical import canonical
from firmament.lib.tabular.exact import columns_of, read_exact
from firmament.lib.tabular.table import TableError
from firmament.lib.tabular.writing import write_csv

Entry = dict[str, Any]
FORMAT = {"format": "firmament.snippets", "version": 1}
# Lists in one cell.
COMMA, SLASH = ", ", " / "
COLUMNS = (
    "key", "language", "title", "shortcut", "text", "description", "reach", "team", "owner", "folder", "contexts",
    "tags", "state", "default_locale", "replacement", "fields", "steps",
)  # fmt: skip


def write_json(entries: Sequence[Entry]) -> bytes:
    """One snippet a line, each in canonical form (RFC 8785)."""
    head = canonical(FORMAT)[:-1] + b',"snippets":['
    return head + b",".join(b"\n" + canonical(entry) for entry in entries) + b"\n]}\n"


def read_json(content: bytes) -> list[Entry]:
    try:
        data = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except ValueError as error:
        raise TableError(_("This is not JSON.")) from error
    rows = data.get("snippets") if isinstance(data, dict) else None
    if not isinstance(data, dict) or data.get("format") != FORMAT["format"] or not isinstance(rows, list):
        raise TableError(_("This is JSON, but no library of snippets: “format” and “snippets” are missing."))
    if data.get("version") != FORMAT["version"]:
        raise TableError(_("This library was written by a newer version of the program."))
    if not all(isinstance(row, dict) for row in rows):
        raise TableError(_("Not everything in “snippets” is a snippet."))
    return in_order([{name: value for name, value in row.items() if name != NOTES} for row in rows])


def write_table(entries: Sequence[Entry]) -> bytes:
    """One row for each snippet and language, of what is written last; versions and shares are not in it."""
    file = io.BytesIO()
    write_csv(
        COLUMNS,
        ([row[name] for name in COLUMNS] for entry in entries for row in _table_rows(entry)),
        file,
    )
    return file.getvalue()


def _table_rows(entry: Entry) -> Iterable[dict[str, str]]:
    latest = entry["versions"][-1]
    for locale in sorted(latest["bodies"]):
        yield {
            **entry,
            "language": locale,
            "text": latest["bodies"][locale],
            "folder": SLASH.join(entry["folder"]),
            "contexts": COMMA.join(entry["contexts"]),
            "tags": COMMA.join(entry["tags"]),
            "fields": canonical(latest["fields"]).decode() if latest["fields"] else "",
            "steps": canonical(latest["steps"]).decode() if latest["steps"] else "",
        }


def claims_table(content: bytes) -> bool:
    """Whether it is a table as `write_table` makes them; any other has its columns chosen."""
    return {"key", "language", "text"} <= set(columns_of(content)[1])


def read_own_table(content: bytes) -> list[Entry]:
    """Rows of the same key, reach, team and owner are one snippet; the first of them says what is not a text."""
    found: dict[tuple[str, ...], Entry] = {}
    for row in read_exact(content):
        same = tuple(row.get(name, "") for name in ("key", "reach", "team", "owner"))
        entry = found.setdefault(
            same,
            {
                **row,
                "versions": [{"bodies": {}, "fields": _cell(row, "fields"), "steps": _cell(row, "steps")}],
            },
        )
        entry["versions"][0]["bodies"][row.get("language", "")] = row.get("text", "")
    dropped = ("text", "fields", "steps", "language", NOTES)
    return in_order(
        [{name: v for name, v in entry.items() if name not in dropped} for entry in found.values()]
    )


def in_order(entries: list[Entry]) -> list[Entry]:
    """What others contain or name as their replacement before those; as they came where they go in a circle."""
    by_key: dict[str, list[int]] = {}
    for at, entry in enumerate(entries):
        if isinstance(entry.get("key"), str):
            by_key.setdefault(entry["key"], []).append(at)
    graph: TopologicalSorter[int] = TopologicalSorter()
    for at, entry in enumerate(entries):
        needed = [other for key in _names(entry) for other in by_key.get(key, ()) if other != at]
        graph.add(at, *needed)
    try:
        return [entries[at] for at in graph.static_order()]
    except CycleError:
        return entries


def _names(entry: Entry) -> set[str]:
    """The keys it contains, in the version written last and in the one in use, and its replacement's."""
    keys = {entry["replacement"]} if isinstance(entry.get("replacement"), str) else set()
    versions = entry.get("versions")
    used = entry.get("active")
    for number, version in enumerate(versions if isinstance(versions, list) else [], 1):
        if number in (used, len(versions or ())) and isinstance(version, dict):
            bodies = version.get("bodies")
            keys |= partials(bodies.values() if isinstance(bodies, dict) else ())
    return keys


def partials(bodies: Iterable[Any]) -> set[str]:
    """The keys of the snippets that these texts contain; none of a text that cannot be read."""
    found: set[str] = set()
    for body in bodies:
        try:
            found.update(check(body, known=None).partials if isinstance(body, str) else ())
        except WordingError:
            # The row's own check says what is wrong with it.
            continue
    return found


def _cell(row: Mapping[str, str], name: str) -> Any:
    try:
        return json.loads(row.get(name) or "[]", parse_constant=_no_number)
    except ValueError as error:
        raise TableError(
            _("“%(name)s” of the snippet “%(key)s” is not JSON.") % {"name": name, "key": row["key"]}
        ) from error


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)
