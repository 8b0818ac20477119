"""What programs send and get about approvals, tags and folders."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from firmament.kernel.api.answers import shape
from firmament.kernel.api.schemas import Exact, Out

FolderName = Annotated[str, Field(min_length=1, max_length=80)]
ApprovalState = Literal["pending", "approved", "rejected", "withdrawn", "superseded"]


class ApprovalOut(Out):
    """A question for approval. `kind` and `object_id` say of what; the answer counts for `checksum` alone."""

    id: UUID
    kind: str
    object_id: UUID
    version_number: int
    checksum: str
    state: ApprovalState
    asked_by_id: UUID
    asked_at: datetime
    needed: int
    note: str
    due_on: date | None
    decided_at: datetime | None
    updated_at: datetime


class TagOut(Out):
    """A tag."""

    id: UUID
    name: str
    colour: str
    updated_at: datetime


class FolderOut(Out):
    """A folder. `area` is the room whose things lie in it, `position` its place among its neighbours, from 0."""

    id: UUID
    area: str
    parent_id: UUID | None
    name: str
    position: int
    created_at: datetime
    updated_at: datetime


class FolderIn(Exact):
    area: Annotated[str, Field(min_length=1, max_length=40)]
    parent_id: UUID | None = None
    name: FolderName


# What is left out stays as it is; the factories keep defaults out of the document.
class FolderPatch(Exact):
    parent_id: UUID | None = Field(default_factory=lambda: None)
    name: FolderName = Field(default_factory=str)


APPROVAL = shape(
    ApprovalOut,
    id="id",
    kind="kind",
    object_id="object_id",
    version_number="version_number",
    checksum="checksum",
    state="state",
    asked_by_id="asked_by_id",
    asked_at="asked_at",
    needed="needed",
    note="note",
    due_on="due_on",
    decided_at="decided_at",
    updated_at="updated_at",
)
TAG = shape(TagOut, id="id", name="name", colour="colour", updated_at="updated_at")
FOLDER = shape(FolderOut)
