"""What happens to reports."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Event, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOrdered(Event):
    """Somebody wants these boards reported, from now on or once."""

    category: ClassVar[Category] = Category.CONFIGURATION
    targets: ClassVar[Mapping[str, str]] = {"order_id": "compliance.reportorder"}
    sentence: ClassVar[Text] = _("ordered the compliance report {title}")

    order_id: UUID
    title: str
    rhythm: str
    covers: str
    boards: tuple[str, ...]
    recipient_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOrderChanged(Event):
    """From the next one on it is made like this, and shows what whoever changed it sees."""

    category: ClassVar[Category] = Category.CONFIGURATION
    targets: ClassVar[Mapping[str, str]] = {"order_id": "compliance.reportorder"}
    sentence: ClassVar[Text] = _("changed the compliance report {title}")

    order_id: UUID
    title: str
    rhythm: str
    covers: str
    boards: tuple[str, ...]
    recipient_ids: tuple[UUID, ...]
    ordered_by_before_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOrderStopped(Event):
    """It is not made any more; what was made stays. `why` is "asked", or "power": who ordered it may no longer."""

    category: ClassVar[Category] = Category.CONFIGURATION
    targets: ClassVar[Mapping[str, str]] = {"order_id": "compliance.reportorder"}
    sentence: ClassVar[Text] = _("stopped the compliance report {title}")

    order_id: UUID
    title: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRequested(Event):
    """A report on these days is due, by the clock or because somebody wants it now; a job makes it, as this member."""

    category: ClassVar[Category] = Category.DATA_ACCESS
    targets: ClassVar[Mapping[str, str]] = {"order_id": "compliance.reportorder"}
    sentence: ClassVar[Text] = _("asked for the compliance report {title} on {first_on} to {last_on}")

    order_id: UUID
    title: str
    first_on: date
    last_on: date
    due_on: date | None
    membership_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMade(Event):
    """It is made and kept: these two files, with what they weigh in SHA-256."""

    category: ClassVar[Category] = Category.DATA_ACCESS
    targets: ClassVar[Mapping[str, str]] = {
        "order_id": "compliance.reportorder",
        "report_id": "compliance.compliancereport",
    }
    sentence: ClassVar[Text] = _("made the compliance report {title} on {first_on} to {last_on}")

    order_id: UUID
    report_id: UUID
    title: str
    first_on: date
    last_on: date
    pdf_sha256: str
    csv_sha256: str
