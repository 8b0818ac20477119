"""Dashboards: a frozen declaration passed to a function, `return dashboard(request, BOARD)`.

GET draws it; POST of `export=<key>` to the same address gives the numbers of one tile as CSV. Which days, and whether
they are compared, is in the address. A tile that fails says so in its place, with the number of the request; the others
stand.
"""

import io
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote_plus

from django.db import transaction
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import may, require
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web import drawing, period_choice
from firmament.kernel.web.errors import error_page
from firmament.kernel.web.events import ListExported
from firmament.kernel.web.figures import Figures, Rows, Series
from firmament.kernel.web.links import link
from firmament.kernel.web.page import page
from firmament.kernel.web.request_ids import request_id_of
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.titles import call_list
from firmament.lib.periods import Period
from firmament.lib.tabular.writing import write_csv
from firmament.ui import shapes

Text = str | Promise
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stat:
    """One number, compared with the period before.

    `report(actor, period)` answers by the tiles' keys. Tiles that share a report ask it once for each period; where it
    answers in a shape of its own, `shape(answer, period)` takes what the tile shows. `better` says which way is good, "" that neither is. `compared=False`: for what is so now, whatever the period.
    """

    key: str
    label: Text
    report: Callable[[Actor, Period], Any]
    shape: Callable[[Any, Period], Figures] | None = None
    better: Literal["more", "less", ""] = ""
    unit: Literal["number", "days", "percent"] = "number"
    icon: str = ""
    compared: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Numbers as a picture, with the same numbers in a table. `finding(series)` is its title: what is to be seen in it.

    `report(actor, period)` gives the Series itself, or `shape(answer, period)` takes it from what several tiles share.
    """

    key: str
    label: Text
    kind: shapes.ChartKind
    report: Callable[[Actor, Period], Any]
    finding: Callable[[Series], str]
    shape: Callable[[Any, Period], Series] | None = None
    unit: Text = ""
    wide: bool = False
    empty: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows that are read and not drawn."""

    key: str
    label: Text
    report: Callable[[Actor, Period], Any]
    shape: Callable[[Any, Period], Rows] | None = None
    wide: bool = False
    empty: Text = ""


Tile = Stat | Chart | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """A tab beside the board: another page of the room."""

    label: Text
    url_name: str
    power: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """A dashboard. `name` ("documents.overview") is what its exports are recorded under; without an `export_power`
    whoever sees the board may export it. `url_name` marks its own tab among `tabs`. `template` extends `web/dashboard.html` where a
    room has more to show."""

    name: str
    title: Text
    tiles: tuple[Tile, ...]
    url_name: str
    about: Text = ""
    tabs: tuple[Aspect, ...] = ()
    export_power: str = ""
    template: str = "web/dashboard.html"

    def __post_init__(self) -> None:
        call_list(self.name, self.title)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The reports of one request: each asked once for a period, each failure kept to itself."""

    request: FirmRequest
    board: Dashboard
    known: dict[tuple[Callable[..., Any], Period], Any]

    def ask(self, tile: Tile, period: Period) -> Any:
        report = tile.report
        if (report, period) not in self.known:
            # A statement that failed would take the transaction, and with it every tile that follows.
            with transaction.atomic():
                self.known[report, period] = report(self.request.actor, period)
        found = self.known[report, period]
        return found if tile.shape is None else tile.shape(found, period)


def dashboard(request: FirmRequest, board: Dashboard, extra: Mapping[str, Any] | None = None) -> HttpResponse:
    """Answer for the board."""
    period, compare = period_choice.chosen(request.GET)
    asked = _Asked(request, board, {})
    if request.method == "POST":
        return _export(asked, period)
    if request.method not in ("GET", "HEAD"):
        return error_page(request, 405)
    tiles = [_tile(asked, tile, period, compare=compare) for tile in board.tiles]
    context = {
        "board": board,
        "stats": [tile for tile in tiles if tile["kind"] == "stat"],
        "tiles": [tile for tile in tiles if tile["kind"] != "stat"],
        "tabs": tabs(request, board.tabs, board.url_name),
        "can_export": not board.export_power or may(request.actor, board.export_power),
        "action_url": request.get_full_path(),
        "request_id": request_id_of(request),
        **period_choice.drawn(request, period, compare=compare),
    }
    return page(request, board.template, {**context, **(extra or {})})


def tabs(request: FirmRequest, aspects: tuple[Aspect, ...], here: str) -> tuple[shapes.Tab, ...]:
    """The pages beside this one that the reader may open; nothing where this is the only one."""
    found = tuple(
        shapes.Tab(label=str(one.label), url=link(one.url_name), active=one.url_name == here)
        for one in aspects
        if may(request.actor, one.power)
    )
    return found if len(found) > 1 else ()


def _tile(asked: _Asked, tile: Tile, period: Period, *, compare: bool) -> dict[str, Any]:
    """What the template draws for a tile; where its report fails, that it did."""
    kind = {Stat: "stat", Chart: "chart", Table: "table"}[type(tile)]
    shown: dict[str, Any] = {"kind": kind, "key": tile.key, "label": str(tile.label)}
    try:
        return {**shown, **_drawn(asked, tile, period, compare=compare)}
    except Exception:
        # Whatever it is, it is this tile's alone; it is shown in its place and stands in the log with the request.
        log.exception("A tile of %s could not be drawn: %s", asked.board.name, tile.key)
        return {**shown, "failed": True, "wide": getattr(tile, "wide", False)}


def _drawn(asked: _Asked, tile: Tile, period: Period, *, compare: bool) -> dict[str, Any]:
    result = asked.ask(tile, period)
    match tile:
        case Stat():
            before = asked.ask(tile, period.before) if compare and tile.compared else None
            figure = result[tile.key]
            return drawing.stat(figure, before[tile.key] if before else None, period, tile.unit, tile.better)
        case Chart() if not result.empty:
            chart = shapes.Chart(
                key=tile.key,
                kind=tile.kind,
                title=tile.finding(result),
                label=str(tile.label),
                unit=str(tile.unit),
                axis=str(result.axis),
                names=tuple(str(line.name) for line in result.lines),
                rows=drawing.chart_rows(result),
            )
            return {"chart": chart, "wide": tile.wide}
        case Table() if not result.empty:
            return {"table": drawing.table(result), "wide": tile.wide}
        case _:
            return {"empty": str(tile.empty) or _("Nothing in these days"), "wide": tile.wide}


def _export(asked: _Asked, period: Period) -> HttpResponse:
    """The table of one tile as a file: the same rows, as numbers."""
    request, board = asked.request, asked.board
    key = request.POST.get("export", "")
    tile = next((tile for tile in board.tiles if tile.key == key and not isinstance(tile, Stat)), None)
    if tile is None:
        return error_page(request, 400)
    if board.export_power:
        require(request.actor, board.export_power)
    head, rows = drawing.exported(asked.ask(tile, period))
    file = io.BytesIO()
    write_csv(head, iter(rows), file)
    name = f"{board.name}.{key}"
    query = unquote_plus(request.GET.urlencode())[:500]
    record(request.actor, ListExported(list=name, format="csv", rows=len(rows), query=query))
    return HttpResponse(
        file.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name.replace(".", "-")}-{period.last:%Y-%m-%d}.csv"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
