"""What programs send and get about document requests."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.db.models import F
from pydantic import Field

from firmament.kernel.api.answers import JsonObject, JsonOrNull, shape
from firmament.kernel.api.schemas import Exact, MemberOut, Out

Title = Annotated[str, Field(min_length=1, max_length=160)]
Reason = Annotated[str, Field(min_length=1, max_length=500)]
RequestState = Literal["draft", "sent", "completed", "canceled"]
ItemState = Literal["open", "submitted", "rejected", "accepted", "waived"]
SubmissionState = Literal["checking", "quarantined", "pending", "accepted", "rejected", "withdrawn"]
ItemKind = Literal["any", "pdf", "image", "spreadsheet", "text"]


class RequestOut(Out):
    id: UUID
    client_id: UUID
    engagement_id: UUID | None
    title: str
    note: str
    due_on: date
    remind: bool
    state: RequestState
    requested_by: MemberOut
    sent_at: datetime | None
    completed_at: datetime | None
    canceled_at: datetime | None
    cancel_reason: str
    created_at: datetime
    updated_at: datetime


class ItemOut(Out):
    id: UUID
    request_id: UUID
    position: int
    title: str
    help: str
    kind: ItemKind
    max_megabytes: int
    files_needed: int
    files_allowed: int
    state: ItemState
    reason: str
    decided_at: datetime | None
    created_at: datetime
    updated_at: datetime


class SubmissionOut(Out):
    id: UUID
    item_id: UUID
    name: str
    size: int
    media_type: str
    state: SubmissionState
    reason: str
    decided_by: MemberOut | None
    decided_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ItemIn(Exact):
    title: Title
    help: Annotated[str, Field(max_length=500)] = ""
    kind: ItemKind = "any"
    max_megabytes: Annotated[int, Field(ge=1, le=200)] = 25
    files_needed: Annotated[int, Field(ge=1, le=50)] = 1
    files_allowed: Annotated[int, Field(ge=1, le=50)] = 5


class RequestIn(Exact):
    client_id: UUID
    title: Title
    due_on: date
    items: Annotated[list[ItemIn], Field(min_length=1, max_length=40)]
    note: Annotated[str, Field(max_length=4000)] = ""
    engagement_id: UUID | None = None
    remind: bool = True


class RequestReasonIn(Exact):
    reason: Reason


REQUEST = shape(RequestOut, requested_by=JsonObject(id="requested_by_id", name="requested_by__user__name"))
ITEM = shape(ItemOut)
SUBMISSION = shape(
    SubmissionOut,
    name="file__name",
    size="file__size",
    media_type="file__media_type",
    decided_by=JsonOrNull(F("decided_by_id"), JsonObject(id="decided_by_id", name="decided_by__user__name")),
)
