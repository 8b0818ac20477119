"""A kept report as a page shows it: the figures as they were, in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from firmament.kernel.web.papers import blocks
from firmament.lib.paper.parts import Grid, Heading, Numbers, Words
from firmament.modules.compliance.reports.papers import Figures
from firmament.ui.shapes import Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A chart or a table: its words above, its rows; none where there was nothing."""

    label: str
    finding: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[tuple[bool, str], ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A board: its numbers, then its tables."""

    title: str
    numbers: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]


def shown(figures: Figures) -> tuple[Shown, ...]:
    """What the paper says, from the very same blocks."""
    return tuple(_board(blocks(one["title"], "", one["figures"])) for one in figures["boards"])


def _board(found: Iterable[object]) -> Shown:
    title, label, finding = "", "", ""
    numbers: tuple[tuple[str, str], ...] = ()
    tables: list[Table] = []
    for block in found:
        match block:
            case Heading(level=1):
                title = block.text
            case Heading():
                label, finding = block.text, ""
            case Numbers():
                numbers = block.pairs
            case Words(quiet=False):
                finding = block.text
            case Words():
                if not tables or tables[-1].label != label:
                    tables.append(Table(label=label, finding=block.text, columns=(), rows=()))
            case Grid():
                tables.append(_table(label, finding, block))
    return Shown(title=title, numbers=numbers, tables=tuple(tables))


def _table(label: str, finding: str, grid: Grid) -> Table:
    numeric = [side == "right" for side in grid.sides]
    return Table(
        label=label,
        finding=finding,
        columns=tuple(
            Column(label=name, numeric=right) for name, right in zip(grid.head, numeric, strict=True)
        ),
        rows=tuple(tuple(zip(numeric, row, strict=True)) for row in grid.rows),
    )
