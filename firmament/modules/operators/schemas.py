"""What programs get of the register."""

from datetime import datetime
from uuid import UUID

from django.db.models import F

from firmament.kernel.api.answers import shape
from firmament.kernel.api.schemas import Out


class PlatformSessionOut(Out):
    """One look into the firm. `approved_by` is null for an emergency; `verdict` is empty until it was looked over."""

    id: UUID
    operator: str
    reason: str
    ticket: str
    minutes: int
    emergency: bool
    state: str
    requested_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    opened_at: datetime | None
    ends_at: datetime | None
    closed_at: datetime | None
    closed_how: str
    pages_read: int
    reviewed_by: str | None
    reviewed_at: datetime | None
    verdict: str
    note: str


class ReadOut(Out):
    """A page that was read: when, which, and its address."""

    entry_id: UUID
    at: datetime
    page: str
    path: str


PLATFORM_SESSION = shape(
    PlatformSessionOut,
    operator="operator__user__name",
    approved_by="approved_by__user__name",
    reviewed_by="reviewed_by__user__name",
    pages_read=F("pages_read"),
)
