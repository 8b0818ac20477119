"""The firm's register: who of the platform looked in, and what they read."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from firmament.kernel.breakglass.events import SessionRead
from firmament.kernel.breakglass.models import Session
from firmament.kernel.ledger.models import Entry, EntryTarget

KIND = "breakglass.session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One page that was asked for: its name (`operate:people`) and its address."""

    entry_id: UUID
    at: datetime
    page: str
    path: str


def with_reads(rows: "QuerySet[Session]") -> "QuerySet[Session]":
    """Sessions with `pages_read`, how many pages were read in each."""
    told = (
        EntryTarget.objects.filter(kind=KIND, object_id=OuterRef("pk"), entry__code=SessionRead.code)
        .order_by()
        .values("object_id")
        .annotate(n=Count("pk"))
        .values("n")
    )
    counted: QuerySet[Session] = rows.annotate(
        pages_read=Coalesce(Subquery(told, output_field=IntegerField()), 0)
    )
    return counted


def reads_in(session_id: UUID) -> list[Read]:
    """What was read in a session, in the order in which it was."""
    rows = _told(session_id).order_by("occurred_at", "pk").values_list("pk", "occurred_at", "payload")
    return [
        Read(entry_id=pk, at=at, page=str(payload.get("page", "")), path=str(payload.get("path", "")))
        for pk, at, payload in rows
    ]


def reads_of(session_id: UUID) -> int:
    """How many pages were read in a session."""
    return _told(session_id).count()


def _told(session_id: UUID) -> "QuerySet[Entry]":
    return Entry.objects.about(KIND, session_id).filter(code=SessionRead.code)
