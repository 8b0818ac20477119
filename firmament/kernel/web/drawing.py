"""From a report's numbers to what a dashboard shows: words, change, rows of a table, lines of a file."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from firmament.kernel.web.figures import Cell, Figure, Number, Row, Rows, Series
from firmament.lib.periods import Period
from firmament.ui import readable, shapes


def stat(figure: Figure, before: Figure | None, period: Period, unit: str, better: str) -> dict[str, Any]:
    """A number in words, and how it stands to the one before: the change, and whether that is better."""
    note, trend, verdict = "", "", ""
    if figure.value is not None and before is not None and before.value is not None:
        note, trend = _change(figure.value, before.value, period, unit)
        if trend and better:
            good = (trend == "up") == (better == "more")
            verdict = "better" if good else "worse"
            note = f"{note}: {_('better') if good else _('worse')}"
    elif before is not None:
        note = _("nothing to compare with")
    return {
        "value": in_words(figure.value, unit),
        "url": figure.url,
        "note": note,
        "trend": trend,
        "verdict": verdict,
    }


def _change(value: Number, before: Number, period: Period, unit: str) -> tuple[str, str]:
    """The words, and "up", "down" or nothing. In percent where there was something, else as a number."""
    said = {"span": _span_before(period), "before": in_words(before, unit)}
    if value == before:
        return _("as in %(span)s (%(before)s)") % said, ""
    trend = "up" if value > before else "down"
    if before:
        part = round(100 * abs(float(value) - float(before)) / abs(float(before)))
        said["change"] = _("%(n)s %%") % {"n": readable.number(part)} if part else _("less than 1 %")
    else:
        said["change"] = in_words(Decimal(str(value)) - Decimal(str(before)), unit)
    if trend == "up":
        return _("%(change)s more than in %(span)s (%(before)s)") % said, trend
    return _("%(change)s less than in %(span)s (%(before)s)") % said, trend


def _span_before(period: Period) -> str:
    match period.kind:
        case "quarter":
            return _("the same days of last quarter")
        case "year":
            return _("the same days of last year")
        case _:
            days = period.span.days
            return ngettext("the day before", "the %(n)d days before", days) % {"n": days}


def in_words(value: Number | None, unit: str) -> str:
    """A number with its unit as the reader writes it; a dash where there is none."""
    if value is None:
        return "–"
    shown = readable.number(_rounded(value))
    if unit == "days":
        return ngettext("%(n)s day", "%(n)s days", 1 if value == 1 else 2) % {"n": shown}
    return f"{shown} %" if unit == "percent" else shown


def _rounded(value: Number) -> int | Decimal:
    """One figure after the point is as much as anybody reads."""
    return value if isinstance(value, int) else round(Decimal(str(value)), 1).normalize() + 0


def chart_rows(series: Series) -> tuple[shapes.ChartRow, ...]:
    """The table of a chart."""
    return tuple(
        shapes.ChartRow(
            label=label,
            url=series.urls[index] if series.urls else "",
            cells=tuple(
                shapes.ChartCell(
                    value="" if line.values[index] is None else str(line.values[index]),
                    words=in_words(line.values[index], "number"),
                    url=line.urls[index] if line.urls and line.values[index] else "",
                )
                for line in series.lines
            ),
        )
        for index, label in enumerate(series.labels)
    )


def table(rows: Rows) -> dict[str, Any]:
    """Heads and lines for `<c-ui.table>`: numbers stand to the right."""
    numeric = [_numeric(rows.rows, index) for index in range(len(rows.head))]
    return {
        "columns": tuple(
            shapes.Column(label=str(name), numeric=numeric[index]) for index, name in enumerate(rows.head)
        ),
        "rows": [
            {
                "url": row.url,
                "cells": [(numeric[index], _cell_words(cell)) for index, cell in enumerate(row.cells)],
            }
            for row in rows.rows
        ],
    }


def _numeric(rows: Sequence[Row], index: int) -> bool:
    return any(isinstance(row.cells[index], int | float | Decimal) for row in rows)


def _cell_words(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return cell
        case date():
            return readable.moment(cell, "date")
        case _:
            return in_words(cell, "number")


Kept = str | int | Decimal | date | None


def exported(result: Series | Rows) -> tuple[list[str], list[list[Kept]]]:
    """The head and the rows of the same table as a file holds it: words as text, numbers as numbers."""
    if isinstance(result, Rows):
        return [str(name) for name in result.head], [
            [_kept(cell) for cell in row.cells] for row in result.rows
        ]
    head = [str(result.axis), *(str(line.name) for line in result.lines)]
    rows: list[list[Kept]] = [
        [label, *(_kept(line.values[index]) for line in result.lines)]
        for index, label in enumerate(result.labels)
    ]
    return head, rows


def _kept(cell: Cell) -> Kept:
    """A number with as many figures as the table shows, so that both say the same."""
    return _rounded(cell) if isinstance(cell, float | Decimal) else cell
