"""What programs send and get about sample things. Text is kept exactly as it was sent."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from firmament.kernel.api.answers import shape
from firmament.kernel.api.schemas import Exact, Out

Title = Annotated[str, Field(min_length=1, max_length=200)]
Note = Annotated[str, Field(max_length=4000)]
SampleThingState = Literal["open", "done"]


class SampleThingOut(Out):
    id: UUID
    client_id: UUID
    title: str
    note: str
    due_on: date | None
    state: SampleThingState
    done_at: datetime | None
    created_at: datetime
    updated_at: datetime


class SampleThingIn(Exact):
    client_id: UUID
    title: Title
    note: Note = ""
    due_on: date | None = None


# In a change, a member that is left out stays as it is; the factories keep defaults out of the document.
class SampleThingPatch(Exact):
    title: Title = Field(default_factory=str)
    note: Note = Field(default_factory=str)
    due_on: date | None = Field(default_factory=lambda: None)


SAMPLE_THING = shape(SampleThingOut)
