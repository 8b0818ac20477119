"""What programs send and get about wording. Text is kept exactly as it was sent, blanks at the ends included."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from pydantic import Field

from firmament.kernel.api.answers import JsonObject, shape
from firmament.kernel.api.schemas import Exact, In, MemberOut, Out
from firmament.kernel.api.wordings import Bodies, Context, Fields, Language, Note, Steps
from firmament.modules.snippets.models import SnippetTag

Title = Annotated[str, Field(min_length=1, max_length=160)]
Key = Annotated[str, Field(min_length=1, max_length=60)]
Shortcut = Annotated[str, Field(max_length=32)]
Description = Annotated[str, Field(max_length=500)]
Tags = Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=30)]
State = Literal["draft", "in_review", "active", "deprecated", "archived"]
Reach = Literal["private", "team", "firm"]


class SnippetOut(Out):
    id: UUID
    key: str
    shortcut: str
    title: str
    description: str
    reach: Reach
    team_id: UUID | None
    owner: MemberOut
    folder_id: UUID | None
    contexts: list[Context]
    state: State
    default_locale: str
    locales: list[str] = Field(description="The languages of the latest version.")
    tags: list[str]
    latest_number: int
    active_number: int | None = Field(description="The version that insertions use.")
    activated_at: datetime | None
    replacement_id: UUID | None
    use_count: int
    last_used_at: datetime | None
    created_at: datetime
    updated_at: datetime


class SnippetIn(Exact):
    title: Title
    key: Key
    shortcut: Shortcut = ""
    description: Description = ""
    reach: Reach = "private"
    team_id: UUID | None = None
    folder_id: UUID | None = None
    contexts: list[Context] = Field(min_length=1)
    default_locale: Language = "en"
    tags: Tags = Field(default_factory=list)
    bodies: Bodies
    fields: Fields = Field(default_factory=list)
    steps: Steps = Field(default_factory=list)
    note: Note = ""


# In a change, a member that is left out stays as it is; the factories keep defaults out of the document.
class SnippetPatch(Exact):
    title: Title = Field(default_factory=str)
    shortcut: Shortcut = Field(default_factory=str)
    description: Description = Field(default_factory=str)
    reach: Reach = Field(default_factory=lambda: "private")
    team_id: UUID | None = Field(default_factory=lambda: None)
    folder_id: UUID | None = Field(default_factory=lambda: None)
    contexts: list[Context] = Field(default_factory=list, min_length=1)
    default_locale: Language = Field(default_factory=str)
    tags: Tags = Field(default_factory=list)
    bodies: Bodies = Field(default_factory=dict)
    fields: Fields = Field(default_factory=list)
    steps: Steps = Field(default_factory=list)
    note: Note = Field(default_factory=str)


class ReplacementIn(In):
    replacement_id: UUID


SNIPPET = shape(
    SnippetOut,
    owner=JsonObject(id="owner_id", name="owner__user__name"),
    tags=ArraySubquery(
        SnippetTag.objects.filter(snippet=OuterRef("pk")).order_by("tag__name").values("tag__name")
    ),
)
