"""What programs send and get about agreed work. Text is kept exactly as it was sent, blanks at the ends included."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.db.models import F
from pydantic import Field

from firmament.kernel.api.answers import JsonObject, JsonOrNull, shape
from firmament.kernel.api.schemas import Exact, MemberOut, Out

Name = Annotated[str, Field(min_length=1, max_length=200)]
Reason = Annotated[str, Field(min_length=1, max_length=2000)]
EngagementState = Literal["draft", "active", "paused", "completed", "canceled", "archived"]


class EngagementOut(Out):
    id: UUID
    client_id: UUID
    title: str
    service_line: str
    state: EngagementState
    reason: str = Field(description="Why it is paused or was canceled.")
    lead: MemberOut | None
    starts_on: date | None
    ends_on: date | None
    ended_at: datetime | None
    archived_at: datetime | None
    created_at: datetime
    updated_at: datetime


class EngagementIn(Exact):
    client_id: UUID
    title: Name
    service_line: Annotated[str, Field(max_length=80)] = ""
    lead_id: UUID | None = None
    starts_on: date | None = None
    ends_on: date | None = None


# In a change, a member that is left out stays as it is; the factories keep defaults out of the document.
class EngagementPatch(Exact):
    title: Name = Field(default_factory=str)
    service_line: Annotated[str, Field(max_length=80)] = Field(default_factory=str)
    lead_id: UUID | None = Field(default_factory=lambda: None)
    starts_on: date | None = Field(default_factory=lambda: None)
    ends_on: date | None = Field(default_factory=lambda: None)


class ReasonIn(Exact):
    reason: Reason


ENGAGEMENT = shape(
    EngagementOut, lead=JsonOrNull(F("lead_id"), JsonObject(id="lead_id", name="lead__user__name"))
)
