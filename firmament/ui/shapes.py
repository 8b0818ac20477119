"""The shapes that components take: frozen values made by a view, drawn by a tag of the same name."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from firmament.lib.diffing import Part

NO_BREAK = "\u00a0"
Direction = Literal["", "ascending", "descending"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column's head in `<c-ui.table>`.

    sort_url: the address of this list sorted by this column, "" if it cannot be. direction: how the list
    is sorted by it now. priority: 1 always shown, 2 hidden on a phone, 3 hidden below 1200 px; the cells
    below carry the same class (`priority_class`). hidden_label: for a column of buttons, named for
    screen readers alone.
    """

    label: str
    sort_url: str = ""
    direction: Direction = ""
    numeric: bool = False
    priority: Literal[1, 2, 3] = 1
    hidden_label: bool = False

    @property
    def priority_class(self) -> str:
        return {1: "", 2: "wide-only", 3: "desk-only"}[self.priority]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Where the reader stands in a list read by cursor. words: "1–50 of 312" or "50 clients"."""

    previous_url: str = ""
    next_url: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterChip:
    """A filter that is on, and the address of the list without it."""

    label: str
    value: str
    remove_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One aspect of a page. count: "" for none."""

    label: str
    url: str
    active: bool = False
    count: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crumb:
    """A step of the path to this page."""

    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a client's path. The first that is `current` is the one to take next."""

    title: str
    about: str = ""
    state: Literal["done", "current", "later"] = "later"
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLine:
    """A line of `<c-ui.diff>`: kept, added, removed, or a gap where unchanged lines are left out.

    words: the same text in parts, where only some of the line's words came or went.
    """

    kind: Literal["kept", "added", "removed", "gap"]
    text: str
    words: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """A version in `<c-ui.versions>`. author: "" for what the house did; restored_from: 0 for none."""

    number: int
    author: str
    at: datetime
    note: str = ""
    restored_from: int = 0
    latest: bool = False
    changes_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedField:
    """What became of one field between two versions."""

    label: str
    lines: tuple[DiffLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two versions side by side; only fields that differ are in it."""

    before: int
    after: int
    fields: tuple[ComparedField, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What `<c-ui.versions>` draws. restore_url: "" where the reader may not restore; it takes a POST of `number`.

    numbers: the versions that can be chosen for comparison, the newest first. latest: 0 where there is none yet.
    """

    rows: tuple[VersionRow, ...]
    latest: int = 0
    numbers: tuple[int, ...] = ()
    comparison: Comparison | None = None
    restore_url: str = ""
    older_url: str = ""
    newest_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeNode:
    """A folder in `<c-ui.folder_tree>`. open: its children are drawn; current: it is the one that is shown."""

    key: str
    label: str
    url: str
    count: int = 0
    depth: int = 1
    current: bool = False
    open: bool = False
    children: tuple["TreeNode", ...] = ()

    @property
    def indented(self) -> str:
        """For a select, which knows no levels."""
        return f"{NO_BREAK * 3 * (self.depth - 1)}{self.label}"

    def walk(self) -> "Iterator[TreeNode]":
        """This one and all below it, in the order of the page."""
        yield self
        for child in self.children:
            yield from child.walk()


ChartKind = Literal["line", "bar", "stacked", "ranked", "heat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartCell:
    """One number of a chart: as a machine reads it ("" for none), in the reader's words, and the rows behind it."""

    value: str
    words: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartRow:
    """What stands over one place of the axis. url: the rows behind the whole of it, "" for none."""

    label: str
    cells: tuple[ChartCell, ...]
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What `<c-ui.chart>` draws. The table below a chart holds the same numbers; the script reads them from there.

    title: what the chart shows, as a sentence. label: what is counted. axis: what the rows are. names: one for each
    cell of a row. kind: line, bar (side by side), stacked, ranked (lying bars, the longest first), heat.
    """

    key: str
    kind: ChartKind
    title: str
    label: str
    unit: str
    axis: str
    names: tuple[str, ...]
    rows: tuple[ChartRow, ...]
