"""The audit trail for programs."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from firmament.kernel.api.operations import operation
from firmament.kernel.api.paging import Cursor, Limit, Page, cursor_page
from firmament.kernel.ledger.events import Category, every_code
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.audit.actions import note_reading
from firmament.modules.audit.events import TrailRead
from firmament.modules.audit.policies import Can
from firmament.modules.audit.reports.trail import entries_for
from firmament.modules.audit.schemas import EntryOut

router = Router(tags=["audit"])

Area = Literal[
    "auth",
    "permissions",
    "break_glass",
    "finance",
    "documents",
    "esignature",
    "data_access",
    "configuration",
    "clients",
    "system",
]
Code = Annotated[str, Field(max_length=80, description="An event, such as `clients.client_created`.")]


@router.get("", response=Page[EntryOut])
@operation(Can.VIEW, recorded_read=True)
def list_entries(
    request: FirmRequest,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: Literal["occurred_at", "-occurred_at"] = "-occurred_at",
    category: Area | None = None,
    code: Code = "",
    user_id: UUID | None = None,
    since: datetime | None = None,
    before: datetime | None = None,
) -> HttpResponse:
    """The audit trail. Reading it is written into it, once in five minutes for the same question."""
    rows = entries_for(request.actor)
    exact = {"category": category, "code__in": every_code(code) if code else None, "user_id": user_id}
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    if since is not None:
        rows = rows.filter(occurred_at__gte=since)
    if before is not None:
        rows = rows.filter(occurred_at__lt=before)
    answer = cursor_page(request, rows, EntryOut, limit=limit, cursor=cursor, sort=sort)
    note_reading(
        request.actor,
        TrailRead(
            who=user_id,
            area=category or "",
            event=code,
            first_day=since.date() if since else None,
            last_day=before.date() if before else None,
        ),
    )
    return answer


# The list above is spelt out for the document; a category that comes later must not be forgotten in it.
assert set(Area.__args__) == set(Category.values)  # type: ignore[attr-defined]  # a Literal's own
