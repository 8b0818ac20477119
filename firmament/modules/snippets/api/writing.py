"""Finding and writing wording, its versions, and filling it in, for programs."""

from dataclasses import replace
from typing import Any, Literal
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router

from firmament.kernel.api.answers import dump
from firmament.kernel.api.operations import operation
from firmament.kernel.api.paging import Cursor, Limit, Page, cursor_page
from firmament.kernel.api.versions import locked
from firmament.kernel.api.wordings import (
    VERSION,
    Context,
    FilledOut,
    NoteIn,
    PlaceIn,
    VersionOut,
    filled_out,
    place_of,
    values_blamed,
)
from firmament.kernel.labels.tags import tag_names
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.wording.fields import parse_schema
from firmament.kernel.wording.filling import fill_wording
from firmament.modules.snippets.actions import writing
from firmament.modules.snippets.api.loading import answer, changeable, changeable_of, snippet_of
from firmament.modules.snippets.models import Snippet, SnippetTag, SnippetVersion
from firmament.modules.snippets.policies import Can
from firmament.modules.snippets.reports.wording import wording_of
from firmament.modules.snippets.schemas import (
    SNIPPET,
    Reach,
    SnippetIn,
    SnippetOut,
    SnippetPatch,
    State,
)

router = Router(tags=["snippets"])
Sort = Literal["title", "-title", "created_at", "-created_at", "updated_at", "-updated_at", "-use_count"]


@router.get("", response=Page[SnippetOut])
@operation(Can.VIEW)
def list_snippets(
    request: FirmRequest,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: Sort = "title",
    q: str = "",
    state: State | None = None,
    reach: Reach | None = None,
    context: Context | None = None,
    key: str | None = None,
    shortcut: str | None = None,
    folder_id: UUID | None = None,
) -> HttpResponse:
    """What this person has; `q` are words in title, key, shortcut or description."""
    rows = Snippet.objects.visible_to(request.actor).matching(q.replace("\x00", ""))
    exact = {"state": state, "reach": reach, "key": key, "shortcut": shortcut, "folder_id": folder_id}
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    rows = rows.for_context(context) if context else rows
    return cursor_page(request, rows, SNIPPET, limit=limit, cursor=cursor, sort=sort)


@router.post("", response={201: SnippetOut})
@operation(Can.CREATE)
def create_snippet(request: FirmRequest, body: SnippetIn) -> HttpResponse:
    """A new snippet, as a draft with its first version."""
    made = writing.create_snippet(request.actor, _draft(body.model_dump()), note=body.note)
    return answer(request, made.pk, 201)


def _draft(given: dict[str, Any]) -> writing.Draft:
    given.pop("note", None)
    fields = parse_schema(given.pop("fields"))
    return writing.Draft(**given | {"fields": fields, "tags": tuple(given["tags"])})


@router.get("/{uuid:pk}", response=SnippetOut)
@operation(Can.VIEW)
def get_snippet(request: FirmRequest, pk: UUID) -> HttpResponse:
    return answer(request, pk)


@router.patch("/{uuid:pk}", response=SnippetOut)
@operation(Can.EDIT, if_match=True)
def change_snippet(request: FirmRequest, pk: UUID, body: SnippetPatch) -> HttpResponse:
    """Change how it is kept; a changed text or field is a new version."""
    snippet = locked(request, changeable(request.actor), pk)
    version = SnippetVersion.objects.latest_of(snippet)
    tags = tag_names(SnippetTag, snippet)
    given = body.model_dump(exclude_unset=True)
    note = given.pop("note", "")
    if "fields" in given:
        given["fields"] = parse_schema(given["fields"])
    draft = replace(writing.draft_of(snippet, version, tags), **given)
    writing.change_snippet(request.actor, snippet, draft, based_on=version.number, note=note)
    return answer(request, pk)


@router.get("/{uuid:pk}/versions", response=Page[VersionOut])
@operation(Can.VIEW)
def list_versions(
    request: FirmRequest,
    pk: UUID,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: Literal["number", "-number"] = "-number",
) -> HttpResponse:
    rows = SnippetVersion.objects.visible_to(request.actor).filter(subject=snippet_of(request, pk))
    return cursor_page(request, rows, VERSION, limit=limit, cursor=cursor, sort=sort)


@router.post("/{uuid:pk}/versions/{int:number}/restore", response=SnippetOut)
@operation(Can.EDIT)
def restore_version(request: FirmRequest, pk: UUID, number: int, body: NoteIn) -> HttpResponse:
    """Bring back what an earlier version said, as a new one."""
    snippet = changeable_of(request, pk)
    get_object_or_404(SnippetVersion.objects.of(snippet), number=number)
    writing.restore_version(request.actor, snippet, number=number, note=body.note)
    return answer(request, pk)


@router.post("/{uuid:pk}/render", response=FilledOut)
@operation(Can.VIEW)
def render_snippet(request: FirmRequest, pk: UUID, body: PlaceIn) -> HttpResponse:
    """The version in use, filled in; nothing is noted. 422 names what is missing."""
    snippet = snippet_of(request, pk)
    with values_blamed():
        filled = fill_wording(request.actor, wording_of(snippet), values=body.values, place=place_of(body))
    return dump(FilledOut, filled_out(filled))
