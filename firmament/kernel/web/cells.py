"""What stands in a list's cells: on the page as markup, in an export as a value.

Drawn in Python and not by components: a list has hundreds of cells, and a component costs more than its text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from firmament.ui import icons, readable
from firmament.ui.shell import Tone
from firmament.ui.templatetags import ui

Text = str | Promise
Row = Mapping[str, Any]


class Kind(StrEnum):
    """How a value is drawn."""

    TEXT = "text"
    TITLE = "title"
    DATE = "date"
    DATETIME = "datetime"
    RELATIVE = "relative"
    DUE = "due"
    NUMBER = "number"
    MONEY = "money"
    STATUS = "status"
    PERSON = "person"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a list.

    `path` is the ORM path (or annotation) of the value, `key` when empty. `sort` is the path it sorts by; empty:
    it does not. `needs` are further paths that `draw` or `export` read. `hidden`: shown only when chosen.
    `draw(row, value)` draws the cell its own way (return a SafeString made by format_html); `export(row, value)`
    gives an export its own value. `due_while` is a path and the value at which the row still waits: in any other row a day
    that has passed is a day, and not late.
    """

    key: str
    label: Text
    path: str = ""
    kind: Kind = Kind.TEXT
    sort: str = ""
    choices: type[models.TextChoices] | None = None
    tones: Mapping[str, Tone] = field(default_factory=dict)
    currency: str = ""
    sub: str = ""
    needs: tuple[str, ...] = ()
    due_while: tuple[str, str] | None = None
    hidden: bool = False
    priority: Literal[1, 2, 3] = 1
    draw: Callable[[Row, Any], SafeString | str] | None = None
    export: Callable[[Row, Any], Any] | None = None

    @property
    def source(self) -> str:
        return self.path or self.key

    @property
    def paths(self) -> tuple[str, ...]:
        """Everything the database must give for it."""
        waits = (self.due_while[0],) if self.due_while else ()
        return tuple(path for path in (self.source, self.currency, self.sub, *waits, *self.needs) if path)

    @property
    def numeric(self) -> bool:
        return self.kind in (Kind.NUMBER, Kind.MONEY)

    @property
    def css(self) -> str:
        """The class of its cells."""
        wide = {1: "", 2: "wide-only", 3: "desk-only"}[self.priority]
        return " ".join(part for part in (wide, "num" if self.numeric else "") if part)


_STYLES = {Kind.DATE: "date", Kind.DATETIME: "datetime", Kind.RELATIVE: "relative", Kind.DUE: "due"}


def draw(column: Column, row: Row, url: str) -> SafeString | str:
    """The cell's inside, escaped."""
    value = row.get(column.source)
    if column.draw is not None:
        return conditional_escape(column.draw(row, value))
    if value is None or value == "":
        return ""
    match column.kind:
        case Kind.TITLE:
            return _title(column, row, value, url)
        case Kind.DUE if column.due_while and row.get(column.due_while[0]) != column.due_while[1]:
            return ui.when(value, "date")
        case Kind.DATE | Kind.DATETIME | Kind.RELATIVE | Kind.DUE:
            return ui.when(value, _STYLES[column.kind])
        case Kind.NUMBER:
            return readable.number(value)
        case Kind.MONEY:
            return readable.money(Decimal(value), str(row.get(column.currency) or "EUR"))
        case Kind.STATUS:
            return status(label_of(column, value), column.tones.get(value, "neutral"))
        case Kind.PERSON:
            return person(str(value))
        case Kind.YES_NO:
            return _("Yes") if value else _("No")
        case _:
            return conditional_escape(label_of(column, value))


def exported(column: Column, row: Row) -> Any:
    """The cell in an export: what a person reads, with dates and numbers kept as such."""
    value = row.get(column.source)
    if column.export is not None:
        return column.export(row, value)
    match value:
        case None:
            return None
        case bool():
            return _("Yes") if value else _("No")
        case datetime():
            return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
        case int() | float() | Decimal() | date():
            return value
        case _:
            return label_of(column, value)


def label_of(column: Column, value: Any) -> str:
    """A choice in words; anything else as it is."""
    if column.choices is not None:
        try:
            return str(column.choices(value).label)
        except ValueError:
            return str(value)
    return str(value)


def status(label: str, tone: Tone) -> SafeString:
    """The markup of `<c-ui.status>`."""
    mark = icons.svg(ui.tone_icon(tone))
    return format_html('<span class="status status-{}">{}<span>{}</span></span>', tone, mark, label)


def person(name: str) -> SafeString:
    """The markup of `<c-ui.person>`."""
    return format_html(
        '<span class="person"><span class="avatar {}" aria-hidden="true">{}</span><span class="person-words">'
        '<span class="person-name">{}</span></span></span>',
        ui.hue(name),
        ui.initials(name),
        name,
    )


def actor(name: str, *, by_itself: bool) -> SafeString:
    """Whoever did something; what the house does by itself bears its own mark, as in timelines."""
    if not by_itself:
        return person(name)
    return format_html(
        '<span class="person"><span class="avatar avatar-system" aria-hidden="true">{}</span>'
        '<span class="person-words"><span class="person-name">{}</span></span></span>',
        icons.svg("robot"),
        name,
    )


def _title(column: Column, row: Row, value: Any, url: str) -> SafeString:
    words = label_of(column, value)
    below = row.get(column.sub) if column.sub else ""
    sub = format_html('<span class="cell-sub">{}</span>', below) if below else ""
    if not url:
        return format_html('<span class="cell-title">{}</span>{}', words, sub)
    return format_html('<a class="cell-title" href="{}">{}</a>{}', url, words, sub)
