"""What a room's reports give to a dashboard: plain numbers, each with the address of the rows behind it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_skeleton
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Aggregate,
    Count,
    DateTimeField,
    F,
    FloatField,
    Func,
    IntegerField,
    QuerySet,
    Value,
)
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from firmament.lib.periods import Period, Span
from firmament.ui import readable

Text = str | Promise
Number = int | float | Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number. None: there is nothing to count it from. `url`: the rows behind it."""

    value: Number | None
    url: str = ""


# A report may answer for several numbers at once, by the key of the tile that shows each.
Figures = Mapping[str, Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One name's numbers, one for each place of the axis. `urls`: the rows behind each; empty: none have any."""

    name: Text
    values: tuple[Number | None, ...]
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What a chart draws: places along the axis (`axis` says what they are), and lines over them.

    `urls`: the rows behind each place as a whole; empty: none.
    """

    axis: Text
    labels: tuple[str, ...]
    lines: tuple[Line, ...]
    urls: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to see: no place, or nothing but zeros."""
        return not any(value for line in self.lines for value in line.values)


Cell = str | Number | date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a table; `url` is where its first cell leads."""

    cells: tuple[Cell, ...]
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A table."""

    head: tuple[Text, ...]
    rows: tuple[Row, ...]

    @property
    def empty(self) -> bool:
        return not self.rows


class Median(Aggregate):
    """The middle value; half are above it. An average would be ruled by the one client who took a year."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def within(rows: "QuerySet[Any]", path: str, period: Period) -> "QuerySet[Any]":
    """The rows whose instant lies in the period."""
    return rows.filter(**{f"{path}__gte": period.begins, f"{path}__lt": period.ends})


def piece(period: Period, path: str) -> Func:
    """Which piece of the period's course an instant within it lies in, from 1, as an expression.

    The days are cut here and not by the database: it would have to ask each row for its day in the zone, which takes
    three times as long.
    """
    begins = Value(list(period.begins_of_buckets()), ArrayField(DateTimeField()))
    return Func(F(path), begins, function="width_bucket", output_field=IntegerField())


def per_piece(rows: "QuerySet[Any]", path: str, period: Period) -> dict[int, int]:
    """How many rows of the period each piece of its course holds, by the piece's number. One query."""
    counted = within(rows, path, period).annotate(piece=piece(period, path)).values_list("piece")
    return dict(counted.annotate(n=Count("*")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One line over time: numbers by `piece`, and `url_of(span)`, the rows behind those of a piece."""

    name: Text
    found: Mapping[int, Number]
    url_of: Callable[[Span], str] | None = None


def over_time(period: Period, *courses: Course) -> Series:
    """Lines over the pieces of the period; where nothing was found, nothing happened."""
    spans = period.buckets()
    return Series(
        axis={"day": _("Day"), "week": _("Week from"), "month": _("Month")}[period.grain],
        labels=tuple(_label(period, span) for span in spans),
        lines=tuple(
            Line(
                name=course.name,
                values=tuple(course.found.get(number, 0) for number, _span in enumerate(spans, start=1)),
                urls=tuple(course.url_of(span) for span in spans) if course.url_of else (),
            )
            for course in courses
        ),
    )


def ranking(axis: Text, name: Text, found: Iterable[tuple[str, Number, str]]) -> Series:
    """Names with one number each and the rows behind it, in the order given: for a chart of kind `ranked`."""
    rows = tuple(found)
    return Series(
        axis=axis,
        labels=tuple(label for label, _value, _url in rows),
        lines=(Line(name=name, values=tuple(row[1] for row in rows), urls=tuple(row[2] for row in rows)),),
    )


def _label(period: Period, span: Span) -> str:
    """What a piece of the period is called, in the reader's words."""
    if period.grain != "month":
        return readable.moment(span.first, "date")
    return str(format_skeleton("yMMM", span.first, locale=readable.locale()))
