"""The kinds of filter a list may have. Each reads its own part of the address, narrows the rows, and says so in words.

What cannot be understood (an edited address) is as if it were not there; the page shows which filters are on.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol
from uuid import UUID

from django.db import models
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from firmament.kernel.tenancy.actor import Actor
from firmament.ui.readable import moment

Text = str | Promise
Options = Sequence[tuple[str, Text]]
MAX_WORDS = 8
MAX_SEARCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """How a filter is drawn. kind: select, search, dates, or quiet (not at all, until a link sets it: then as a chip).

    `values` is what stands in its inputs, by name.
    """

    kind: str
    label: str
    names: tuple[str, ...]
    values: Mapping[str, str]
    options: tuple[tuple[str, str], ...] = ()


class Filter(Protocol):
    """What every kind can do. `names` are its parameters in the address."""

    @property
    def names(self) -> tuple[str, ...]:
        """Its parameters in the address."""

    def narrow(self, rows: "QuerySet[Any]", given: QueryDict) -> "QuerySet[Any]":
        """The rows it leaves."""

    def control(self, actor: Actor, given: QueryDict) -> Control:
        """What to draw."""

    def words(self, control: Control) -> str:
        """The value in words, empty when the filter is off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceFilter:
    """One of several. `choices` is a TextChoices class or pairs; with `narrows` a choice means what you say it means."""

    key: str
    label: Text
    path: str = ""
    choices: type[models.TextChoices] | Options = ()
    narrows: Mapping[str, Q] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    @property
    def options(self) -> Options:
        return self.choices.choices if isinstance(self.choices, type) else self.choices

    def narrow(self, rows: "QuerySet[Any]", given: QueryDict) -> "QuerySet[Any]":
        value = given.get(self.key, "")
        if value in self.narrows:
            return rows.filter(self.narrows[value])
        if value and any(value == key for key, _label in self.options):
            return rows.filter(**{self.path or self.key: value})
        return rows

    def control(self, actor: Actor, given: QueryDict) -> Control:
        value = given.get(self.key, "")
        options = tuple((str(key), str(label)) for key, label in self.options)
        known = value if value in dict(options) else ""
        return Control(
            kind="select", label=str(self.label), names=self.names, values={self.key: known}, options=options
        )

    def words(self, control: Control) -> str:
        return dict(control.options).get(control.values[self.key], "")


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedFilter:
    """One of the firm's own things: an owner, a team. `options` is asked once per page, for what the actor may see."""

    key: str
    label: Text
    path: str
    options: Callable[[Actor], Iterable[tuple[UUID, str]]]
    # What the choice “nobody” is called; empty where the column is never empty.
    none_label: Text = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def narrow(self, rows: "QuerySet[Any]", given: QueryDict) -> "QuerySet[Any]":
        value = given.get(self.key, "")
        if value == "none" and self.none_label:
            return rows.filter(**{f"{self.path}__isnull": True})
        pk = as_uuid(value)
        return rows if pk is None else rows.filter(**{self.path: pk})

    def control(self, actor: Actor, given: QueryDict) -> Control:
        options = [(str(pk), str(label)) for pk, label in self.options(actor)]
        if self.none_label:
            options.insert(0, ("none", str(self.none_label)))
        value = given.get(self.key, "")
        known = value if value in dict(options) or as_uuid(value) is not None else ""
        return Control(
            kind="select",
            label=str(self.label),
            names=self.names,
            values={self.key: known},
            options=tuple(options),
        )

    def words(self, control: Control) -> str:
        value = control.values[self.key]
        # A view may have kept somebody who has left: the rows are narrowed to them, so it must be said, and removable.
        return dict(control.options).get(value, _("no longer to be seen")) if value else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNoFilter:
    """Yes, no, or either."""

    key: str
    label: Text
    path: str
    yes: Text
    no: Text

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def narrow(self, rows: "QuerySet[Any]", given: QueryDict) -> "QuerySet[Any]":
        value = given.get(self.key, "")
        return rows.filter(**{self.path: value == "yes"}) if value in ("yes", "no") else rows

    def control(self, actor: Actor, given: QueryDict) -> Control:
        value = given.get(self.key, "")
        return Control(
            kind="select",
            label=str(self.label),
            names=self.names,
            values={self.key: value if value in ("yes", "no") else ""},
            options=(("yes", str(self.yes)), ("no", str(self.no))),
        )

    def words(self, control: Control) -> str:
        return dict(control.options).get(control.values[self.key], "")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFilter:
    """Words, each of which must stand in one of the columns, or be `further` to be found. The parameter is `q`."""

    paths: tuple[str, ...]
    further: Callable[[str], Q] | None = None
    label: Text = ""
    key: str = "q"

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def narrow(self, rows: "QuerySet[Any]", given: QueryDict) -> "QuerySet[Any]":
        for word in searched(given.get(self.key, "")).split()[:MAX_WORDS]:
            anywhere = self.further(word) if self.further else Q()
            for path in self.paths:
                anywhere |= Q(**{f"{path}__icontains": word})
            rows = rows.filter(anywhere)
        return rows

    def control(self, actor: Actor, given: QueryDict) -> Control:
        return Control(
            kind="search",
            label=str(self.label) or _("Search"),
            names=self.names,
            values={self.key: searched(given.get(self.key, ""))},
        )

    def words(self, control: Control) -> str:
        return control.values[self.key]


@dataclass(frozen=True, slots=True, kw_only=True)
class DateFilter:
    """From a day to a day, both included, in the reader's time zone. Parameters `<key>_from` and `<key>_to`.

    `quiet`: drawn only when a link has set it, as those behind a dashboard's figures do. `many`: the path leads to
    several rows, one of which must lie within; asked apart, or what the list counts would be counted again for each.
    """

    key: str
    label: Text
    path: str
    instants: bool = False
    quiet: bool = False
    many: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return (f"{self.key}_from", f"{self.key}_to")

    def narrow(self, rows: "QuerySet[Any]", given: QueryDict) -> "QuerySet[Any]":
        first, last = (as_date(given.get(name, "")) for name in self.names)
        within = {}
        if first is not None:
            within[f"{self.path}__gte"] = _midnight(first) if self.instants else first
        if last is not None:
            # The day after, at its beginning: days of 23 and 25 hours end rightly too.
            bound = _midnight(last + timedelta(days=1)) if self.instants else last + timedelta(days=1)
            within[f"{self.path}__lt"] = bound
        if self.many and within:
            return rows.filter(pk__in=rows.model.objects.filter(**within).values("pk"))
        return rows.filter(**within)

    def control(self, actor: Actor, given: QueryDict) -> Control:
        days = {name: as_date(given.get(name, "")) for name in self.names}
        return Control(
            kind="quiet" if self.quiet else "dates",
            label=str(self.label),
            names=self.names,
            values={name: day.isoformat() if day else "" for name, day in days.items()},
        )

    def words(self, control: Control) -> str:
        first, last = (as_date(control.values[name]) for name in self.names)
        if first and last:
            return _("%(first)s to %(last)s") % {"first": moment(first, "date"), "last": moment(last, "date")}
        if first:
            return _("from %(day)s") % {"day": moment(first, "date")}
        return _("until %(day)s") % {"day": moment(last, "date")} if last else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedFilter:
    """One thing that a link names (a client, behind a dashboard's figure): drawn as a chip, and only while it is on.

    `name_of(actor, id)` is what it is called, None for what the actor may not see: then nothing matches, and says so.
    """

    key: str
    label: Text
    path: str
    name_of: Callable[[Actor, UUID], str | None]

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def narrow(self, rows: "QuerySet[Any]", given: QueryDict) -> "QuerySet[Any]":
        pk = as_uuid(given.get(self.key, ""))
        return rows if pk is None else rows.filter(**{self.path: pk})

    def control(self, actor: Actor, given: QueryDict) -> Control:
        pk = as_uuid(given.get(self.key, ""))
        options = ((str(pk), self.name_of(actor, pk) or _("no longer to be seen")),) if pk is not None else ()
        values = {self.key: str(pk) if pk is not None else ""}
        return Control(kind="quiet", label=str(self.label), names=self.names, values=values, options=options)

    def words(self, control: Control) -> str:
        return dict(control.options).get(control.values[self.key], "")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFilter:
    """Exactly one number that a link names (a version): drawn as a chip, and only while it is on."""

    key: str
    label: Text
    path: str

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def narrow(self, rows: "QuerySet[Any]", given: QueryDict) -> "QuerySet[Any]":
        value = self._value(given)
        return rows.filter(**{self.path: int(value)}) if value else rows

    def control(self, actor: Actor, given: QueryDict) -> Control:
        values = {self.key: self._value(given)}
        return Control(kind="quiet", label=str(self.label), names=self.names, values=values)

    def words(self, control: Control) -> str:
        return control.values[self.key]

    def _value(self, given: QueryDict) -> str:
        value = given.get(self.key, "")
        return value if value.isascii() and value.isdigit() and len(value) < 10 else ""


def as_uuid(text: str) -> UUID | None:
    """The id, or None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def as_date(text: str) -> date | None:
    """The day, or None for what is none or lies where no list reaches (year 1, year 9999)."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 else None


def searched(text: str) -> str:
    """What was typed, without what PostgreSQL cannot hold and no longer than anybody types."""
    return text.replace("\x00", "").strip()[:MAX_SEARCH]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
