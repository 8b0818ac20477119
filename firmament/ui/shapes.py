"""The shapes that components take: frozen values made by a view, drawn by a tag of the same name."""

from dataclasses import dataclass
from typing import Literal

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
    """A line of `<c-ui.diff>`: kept, added, removed, or a gap where unchanged lines are left out."""

    kind: Literal["kept", "added", "removed", "gap"]
    text: str
