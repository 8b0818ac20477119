"""Inserting wording, and who used it, for programs."""

from typing import Literal
from uuid import UUID

from django.http import Http404, HttpResponse
from ninja import Router

from firmament.kernel.api.answers import dump
from firmament.kernel.api.operations import operation
from firmament.kernel.api.paging import Cursor, Limit, Page, cursor_page
from firmament.kernel.api.schemas import Int
from firmament.kernel.api.wordings import place_of, values_blamed
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.insertions.actions import insert_snippet
from firmament.modules.insertions.models import SnippetUse
from firmament.modules.insertions.policies import Can
from firmament.modules.insertions.schemas import USE, InsertedOut, UseIn, UseOut
from firmament.modules.snippets.public import Can as Snippets
from firmament.modules.snippets.public import seen_snippets

router = Router(tags=["snippets"])


@router.post("/{uuid:pk}/uses", response={201: InsertedOut})
@operation(Snippets.USE)
def insert(request: FirmRequest, pk: UUID, body: UseIn) -> HttpResponse:
    """Fill in the version in use, and note that it was used. 422 names what is missing."""
    _seen(request, pk)
    with values_blamed():
        made = insert_snippet(request.actor, pk, values=body.values, place=place_of(body))
    answer = InsertedOut(use_id=made.use_id, text=made.filled.text, locale=made.filled.locale)
    return dump(InsertedOut, answer, status=201)


@router.get("/{uuid:pk}/uses", response=Page[UseOut])
@operation(Can.VIEW)
def list_uses(
    request: FirmRequest,
    pk: UUID,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: Literal["created_at", "-created_at"] = "-created_at",
    number: Int | None = None,
    client_id: UUID | None = None,
) -> HttpResponse:
    """Who used it, when, which version, for whom."""
    _seen(request, pk)
    rows = SnippetUse.objects.visible_to(request.actor).filter(snippet=pk)
    exact = {"number": number, "client_id": client_id}
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    return cursor_page(request, rows, USE, limit=limit, cursor=cursor, sort=sort)


def _seen(request: FirmRequest, pk: UUID) -> None:
    if not seen_snippets(request.actor).filter(pk=pk).exists():
        raise Http404
