"""From a dashboard's tiles to what can be kept: plain values first, and from these the paper and the table.

What was taken is JSON, so that a record can hold it; paper and table are made from it alone and so say the same.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TypedDict
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from firmament.kernel.files.pictures import picture_of
from firmament.kernel.files.storage import MissingBytes
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import FirmProfile
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.web import drawing
from firmament.kernel.web.dashboards import Chart, Stat, Tile
from firmament.lib.paper.parts import Block, Columns, Grid, Heading, Numbers, Paper, Picture, Side, Words
from firmament.lib.periods import Period
from firmament.lib.tabular.writing import Cell
from firmament.ui import readable
from firmament.ui.shell import ACCENTS

log = logging.getLogger(__name__)

Value = str | int | float | None

# More rows than somebody turns pages for; the table that comes with the paper has them all.
PRINTED = 200


class Column(TypedDict):
    """A column of what was taken. Days are kept as "2026-11-30"."""

    name: str
    kind: Literal["text", "number", "day"]


class Taken(TypedDict):
    """What one tile showed. `value` and `unit` are a number's, `columns` and `rows` a chart's or a table's."""

    kind: Literal["number", "chart", "table"]
    key: str
    label: str
    finding: str
    drawn: str
    unit: str
    value: Value
    columns: list[Column]
    rows: list[list[Value]]


def take(actor: Actor, tiles: Sequence[Tile], period: Period) -> list[Taken]:
    """The figures of the tiles, as the page shows them to the actor; each report is asked once."""
    known: dict[Any, Any] = {}
    found = []
    for tile in tiles:
        if tile.report not in known:
            known[tile.report] = tile.report(actor, period)
        answer = known[tile.report]
        found.append(_taken(tile, answer if tile.shape is None else tile.shape(answer, period)))
    return found


def _taken(tile: Tile, result: Any) -> Taken:
    taken: Taken = {
        "kind": "table",
        "key": tile.key,
        "label": str(tile.label),
        "finding": "",
        "drawn": "",
        "unit": "",
        "value": None,
        "columns": [],
        "rows": [],
    }
    if isinstance(tile, Stat):
        number: Taken = {
            **taken,
            "kind": "number",
            "unit": tile.unit,
            "value": _plain(result[tile.key].value),
        }
        return number
    if isinstance(tile, Chart):
        finding = "" if result.empty else str(tile.finding(result))
        taken = {**taken, "kind": "chart", "drawn": tile.kind, "finding": finding}
    head, rows = drawing.exported(result)
    columns = [Column(name=name, kind=_kind(row[index] for row in rows)) for index, name in enumerate(head)]
    kept = [] if result.empty else [[_plain(cell) for cell in row] for row in rows]
    return {**taken, "columns": columns, "rows": kept}


def _kind(cells: Iterable[object]) -> Literal["text", "number", "day"]:
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds and kinds <= {int, float, Decimal}:
        return "number"
    return "day" if kinds and kinds <= {date, datetime} else "text"


def _plain(cell: object) -> Value:
    match cell:
        case Decimal():
            return float(cell)
        case date():
            return cell.isoformat()
        case int() | float() | str() | None:
            return cell
        case _:
            return str(cell)


def blocks(title: str, about: str, taken: Iterable[Taken]) -> list[Block]:
    """A board on paper: its numbers side by side, then its charts and tables."""
    found: list[Block] = [Heading(text=title)]
    if about:
        found.append(Words(text=about, quiet=True))
    listed = list(taken)
    numbers = tuple((one["label"], _number(one)) for one in listed if one["kind"] == "number")
    if numbers:
        found.append(Numbers(pairs=numbers))
    for one in listed:
        if one["kind"] != "number":
            found += _drawn(one)
    return found


def _drawn(one: Taken) -> list[Block]:
    head: list[Block] = [Heading(text=one["label"], level=2)]
    if not one["rows"]:
        return [*head, Words(text=_("Nothing"), quiet=True)]
    if one["finding"]:
        head.append(Words(text=one["finding"]))
    over_time = one["kind"] == "chart" and one["drawn"] != "ranked"
    shares = _shares(one["rows"]) if one["kind"] == "chart" else ()
    if over_time:
        head.append(Columns(shares=shares, first=str(one["rows"][0][0]), last=str(one["rows"][-1][0])))
    # A course of which most is nothing needs no line for each day on which nothing was.
    rows = [row for row in one["rows"] if not over_time or any(row[1:])]
    head.append(_grid(one, rows[:PRINTED], () if over_time else shares[:PRINTED]))
    if len(rows) > PRINTED:
        said = {"shown": readable.number(PRINTED), "all": readable.number(len(rows))}
        head.append(Words(text=_("The first %(shown)s of %(all)s; the table holds all.") % said, quiet=True))
    return head


def _grid(one: Taken, rows: list[list[Value]], shares: tuple[float, ...]) -> Grid:
    sides: list[Side] = ["right" if column["kind"] == "number" else "left" for column in one["columns"]]
    return Grid(
        head=tuple(column["name"] for column in one["columns"]),
        rows=tuple(
            tuple(_words(cell, column) for cell, column in zip(row, one["columns"], strict=True))
            for row in rows
        ),
        sides=tuple(sides),
        shares=shares,
    )


def _shares(rows: list[list[Value]]) -> tuple[float, ...]:
    """Each row's numbers together, against the largest."""
    sums = [sum(cell for cell in row[1:] if isinstance(cell, int | float)) for row in rows]
    most = max(sums, default=0)
    return tuple(max(one / most, 0.0) if most > 0 else 0.0 for one in sums)


def _number(one: Taken) -> str:
    value = one["value"]
    return drawing.in_words(value if isinstance(value, int | float) else None, one["unit"])


def _words(cell: Value, column: Column) -> str:
    if cell is None:
        return ""
    if column["kind"] == "day":
        return readable.moment(date.fromisoformat(str(cell)[:10]), "date")
    return str(cell) if isinstance(cell, str) else readable.number(cell)


TABLE_HEAD = ("Board", "Figure", "Row", "Column", "Value")


def table(title: str, taken: Iterable[Taken]) -> Iterable[tuple[Cell, ...]]:
    """A board as lines of one long table, as `TABLE_HEAD` says: what any other program can filter and sum up."""
    for one in taken:
        if one["kind"] == "number":
            yield title, one["label"], "", "", _cell(one["value"])
        for row in one["rows"]:
            for column, cell in zip(one["columns"][1:], row[1:], strict=True):
                yield title, one["label"], str(row[0] or ""), column["name"], _cell(cell)


def _cell(value: Value) -> Cell:
    return Decimal(str(value)) if isinstance(value, float) else value


def firm_paper(
    *, title: str, subtitle: str, made_at: datetime, blocks: Iterable[Block], footer: str
) -> Paper:
    """A paper of the firm at hand, in its name and colour and in the language that is spoken now."""
    row = FirmProfile.objects.values_list("legal_name", "brand", "logo_id").first()
    legal_name, brand, logo_id = row or ("", "", None)
    return Paper(
        title=title,
        subtitle=subtitle,
        issuer=legal_name or current_firm().name,
        accent=ACCENTS.get(brand, ACCENTS["ocean"]),
        language=(get_language() or "en").partition("-")[0],
        page_of=_("Page {page} of {pages}"),
        made_at=made_at,
        blocks=tuple(blocks),
        footer=footer,
        logo=_logo(logo_id),
    )


def _logo(file_id: UUID | None) -> Picture | None:
    """The firm's logo. A paper is made without one rather than not at all; `manage.py scrub` tells of lost bytes."""
    try:
        return picture_of(file_id)
    except MissingBytes:
        log.exception("The bytes of a logo are missing")
        return None
