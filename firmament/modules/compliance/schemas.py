"""What programs get of compliance, and what they send to have a report ordered."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from firmament.kernel.api.answers import shape
from firmament.kernel.api.schemas import Exact, Out

Rhythm = Literal["week", "month", "quarter", "once"]
Covers = Literal["week", "month", "quarter"]


class ColumnOut(Out):
    """A column of a figure's rows. Days are written "2026-11-30"."""

    name: str
    kind: Literal["text", "number", "day"]


class FigureOut(Out):
    """What one tile shows: a number, or rows."""

    kind: Literal["number", "chart", "table"]
    key: str
    label: str
    finding: str
    unit: str
    value: float | int | str | None
    columns: list[ColumnOut]
    rows: list[list[float | int | str | None]]


class BoardOut(Out):
    """A board as it is on these days, to whoever asks."""

    key: str
    title: str
    about: str
    first_on: date
    last_on: date
    figures: list[FigureOut]


class BoardNameOut(Out):
    """A board that can be read."""

    key: str
    title: str


class BoardsOut(Out):
    """All that the token sees."""

    data: list[BoardNameOut]


class OrderOut(Out):
    """A report that is made from now on; `next_on` is null for one that was made once."""

    id: UUID
    title: str
    boards: list[str]
    rhythm: Rhythm
    covers: Covers
    next_on: date | None
    ordered_by_id: UUID
    stopped_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ReportOut(Out):
    """A report that was made, without its figures."""

    id: UUID
    order_id: UUID
    title: str
    first_on: date
    last_on: date
    due_on: date | None
    made_at: datetime
    made_as_id: UUID
    pdf_sha256: str
    csv_sha256: str


class SectionOut(Out):
    """A board as it was."""

    key: str
    title: str
    about: str
    figures: list[FigureOut]


class ReportFiguresOut(ReportOut):
    """A report with its figures. `left_out`: boards that its maker could not see."""

    boards: list[SectionOut]
    left_out: list[str]


class LinkOut(Out):
    """Where the file is, for a minute and for this token alone."""

    url: str
    sha256: str


class OrderIn(Exact):
    title: Annotated[str, Field(min_length=1, max_length=120)]
    boards: Annotated[list[str], Field(min_length=1, max_length=50)]
    rhythm: Rhythm
    covers: Covers
    recipient_ids: Annotated[list[UUID], Field(max_length=200)] = []


ORDER = shape(OrderOut)
REPORT = shape(ReportOut)


def with_figures(report: Any) -> dict[str, Any]:
    """A report and what stands in it."""
    plain = {name: getattr(report, name) for name in ReportOut.model_fields}
    return {**plain, "boards": report.figures["boards"], "left_out": report.figures["left_out"]}
