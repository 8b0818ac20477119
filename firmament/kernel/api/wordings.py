"""Wordings as programs send and get them: their texts, their versions, and one of them filled in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import F
from django.db.models.fields.json import KeyTransform
from pydantic import Field

from firmament.kernel.api.answers import JsonObject, JsonOrNull, shape
from firmament.kernel.api.schemas import Exact, MemberOut, Out
from firmament.kernel.wording.channels import Channel
from firmament.kernel.wording.errors import ValuesError, WordingError
from firmament.kernel.wording.filling import Filled, Place

Language = Annotated[str, Field(min_length=2, max_length=6, description="Such as en or de-AT.")]
Note = Annotated[str, Field(max_length=1000)]
Bodies = Annotated[dict[str, str], Field(description="The text by language.", max_length=40)]
Fields = Annotated[
    list[dict[str, Any]], Field(description="What is asked for; see the reference of wordings.")
]
Steps = Annotated[
    list[dict[str, Any]],
    Field(description="The follow-up steps, each a `code` and its `params`; `/macros/steps` lists them."),
]
Context = Literal["email", "message", "ticket", "note", "document"]


class PlaceIn(Exact):
    """Where a text goes, whom it is about, and the values that are asked for. Values are never kept."""

    channel: Context = "email"
    place: Annotated[str, Field(max_length=80, description="The page or program it was launched from.")] = ""
    output: Literal["plain", "markdown", "html"] = "plain"
    locale: Annotated[str, Field(max_length=6)] = ""
    client_id: UUID | None = None
    contact_id: UUID | None = None
    engagement_id: UUID | None = None
    values: dict[str, Any] = Field(default_factory=dict)


class VersionOut(Out):
    number: int
    bodies: dict[str, str]
    fields: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    checksum: str
    note: str
    author: MemberOut | None
    restored_from: int | None
    created_at: datetime


class NoteIn(Exact):
    note: Note = ""


class UsedVersion(Out):
    key: str
    number: int
    checksum: str


class FilledOut(Out):
    text: str
    locale: str
    versions: list[UsedVersion] = Field(description="The snippet's own first, then those within it.")


VERSION = shape(
    VersionOut,
    bodies=KeyTransform("bodies", "content"),
    fields=KeyTransform("fields", "content"),
    steps=KeyTransform("steps", "content"),
    author=JsonOrNull(F("author_id"), JsonObject(id="author_id", name="author__user__name")),
)


def place_of(body: PlaceIn) -> Place:
    """Where the text goes."""
    given = body.model_dump(exclude={"values", "place", "output"})
    return Place(name=body.place, output=Channel(body.output), **given)


@contextmanager
def values_blamed() -> Iterator[None]:
    """What cannot be filled in is 422, with each value that is missing or cannot be used by its name."""
    try:
        yield
    except ValuesError as refused:
        raise ValidationError(
            {f"values.{name}": text for name, text in refused.problems.items()}
        ) from refused
    except WordingError as refused:
        raise ValidationError(str(refused), code="wording") from refused


def filled_out(filled: Filled) -> FilledOut:
    """The text, and the versions it is made of."""
    versions = [
        UsedVersion(key=part.key, number=part.number, checksum=part.checksum) for part in filled.parts
    ]
    return FilledOut(text=filled.text, locale=filled.locale, versions=versions)
