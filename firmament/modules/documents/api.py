"""Document requests for programs. Clients hand in through the portal; a token never does."""

from datetime import date
from typing import Any, Literal, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router

from firmament.kernel.api.answers import one
from firmament.kernel.api.operations import operation
from firmament.kernel.api.paging import Cursor, Limit, Page, cursor_page
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.clients.public import visible_client
from firmament.modules.documents.actions import requests, review
from firmament.modules.documents.models import DocumentRequest, RequestItem, Submission
from firmament.modules.documents.policies import Can
from firmament.modules.documents.schemas import (
    ITEM,
    REQUEST,
    SUBMISSION,
    ItemOut,
    RequestIn,
    RequestOut,
    RequestReasonIn,
    RequestState,
    SubmissionOut,
    SubmissionState,
)

router = Router(tags=["documents"])

RequestSort = Literal["due_on", "-due_on", "created_at", "-created_at"]
Row = TypeVar("Row", DocumentRequest, RequestItem, Submission)


def _seen(request: FirmRequest, model: type[Row], pk: UUID, *related: str) -> Row:
    rows = model.objects.visible_to(request.actor).select_related(*related)
    found: Row = get_object_or_404(rows, pk=pk)
    return found


def _answer(request: FirmRequest, pk: UUID, status: int = 200) -> HttpResponse:
    return one(DocumentRequest.objects.visible_to(request.actor), pk, REQUEST, status=status)


def _within(request: FirmRequest, model: Any, **parent: UUID) -> "QuerySet[Any]":
    rows: QuerySet[Any] = model.objects.visible_to(request.actor).filter(**parent)
    return rows


@router.get("/requests", response=Page[RequestOut])
@operation(Can.VIEW_REQUEST)
def list_requests(
    request: FirmRequest,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: RequestSort = "due_on",
    state: RequestState | None = None,
    client_id: UUID | None = None,
    due_before: date | None = None,
) -> HttpResponse:
    """Document requests, drafts included."""
    exact = {"state": state, "client_id": client_id, "due_on__lt": due_before}
    rows = _within(request, DocumentRequest).filter(**{k: v for k, v in exact.items() if v is not None})
    return cursor_page(request, rows, REQUEST, limit=limit, cursor=cursor, sort=sort)


@router.post("/requests", response={201: RequestOut})
@operation(Can.REQUEST)
def create_request(request: FirmRequest, body: RequestIn) -> HttpResponse:
    """Prepare a request; send it with `/send`."""
    if visible_client(request.actor, body.client_id) is None:
        raise ValidationError({"client_id": _("There is no such client.")}, code="unknown")
    fields = body.model_dump(exclude={"client_id", "items"})
    items = [requests.ItemDraft(**item.model_dump()) for item in body.items]
    drafted = requests.draft_request(request.actor, body.client_id, items=items, **fields)
    return _answer(request, drafted.pk, 201)


@router.get("/requests/{uuid:pk}", response=RequestOut)
@operation(Can.VIEW_REQUEST)
def get_request(request: FirmRequest, pk: UUID) -> HttpResponse:
    return _answer(request, pk)


@router.post("/requests/{uuid:pk}/send", response=RequestOut)
@operation(Can.REQUEST)
def send_request(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Put it before the client; sending again changes nothing."""
    requests.send_request(request.actor, _seen(request, DocumentRequest, pk))
    return _answer(request, pk)


@router.post("/requests/{uuid:pk}/cancel", response=RequestOut)
@operation(Can.REQUEST)
def cancel_request(request: FirmRequest, pk: UUID, body: RequestReasonIn) -> HttpResponse:
    requests.cancel_request(request.actor, _seen(request, DocumentRequest, pk), reason=body.reason)
    return _answer(request, pk)


@router.get("/requests/{uuid:pk}/items", response=Page[ItemOut])
@operation(Can.VIEW_REQUEST)
def list_items(request: FirmRequest, pk: UUID, limit: Limit = 50, cursor: Cursor = "") -> HttpResponse:
    """What it asks for, in its order."""
    _seen(request, DocumentRequest, pk)
    rows = _within(request, RequestItem, request_id=pk)
    return cursor_page(request, rows, ITEM, limit=limit, cursor=cursor, sort="position")


@router.post("/items/{uuid:pk}/waive", response=ItemOut)
@operation(Can.REVIEW)
def waive_item(request: FirmRequest, pk: UUID, body: RequestReasonIn) -> HttpResponse:
    """The document is not needed after all."""
    review.waive_item(request.actor, _seen(request, RequestItem, pk, "request"), reason=body.reason)
    return one(RequestItem.objects.visible_to(request.actor), pk, ITEM)


@router.post("/items/{uuid:pk}/reopen", response=ItemOut)
@operation(Can.REVIEW)
def reopen_item(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Ask again for what was accepted or waived."""
    review.reopen_item(request.actor, _seen(request, RequestItem, pk, "request"))
    return one(RequestItem.objects.visible_to(request.actor), pk, ITEM)


@router.get("/submissions", response=Page[SubmissionOut])
@operation(Can.VIEW_REQUEST)
def list_submissions(
    request: FirmRequest,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: Literal["created_at", "-created_at"] = "-created_at",
    state: SubmissionState | None = None,
    item_id: UUID | None = None,
    request_id: UUID | None = None,
) -> HttpResponse:
    """Files handed in."""
    exact = {"state": state, "item_id": item_id, "item__request_id": request_id}
    rows = _within(request, Submission).filter(**{k: v for k, v in exact.items() if v is not None})
    return cursor_page(request, rows, SUBMISSION, limit=limit, cursor=cursor, sort=sort)


@router.post("/submissions/{uuid:pk}/accept", response=SubmissionOut)
@operation(Can.REVIEW)
def accept_submission(request: FirmRequest, pk: UUID) -> HttpResponse:
    found = _seen(request, Submission, pk, "file", "item__request")
    review.accept_submission(request.actor, found)
    return one(Submission.objects.visible_to(request.actor), pk, SUBMISSION)


@router.post("/submissions/{uuid:pk}/reject", response=SubmissionOut)
@operation(Can.REVIEW)
def reject_submission(request: FirmRequest, pk: UUID, body: RequestReasonIn) -> HttpResponse:
    """It will not do; the client reads the reason."""
    found = _seen(request, Submission, pk, "file", "item__request")
    review.reject_submission(request.actor, found, reason=body.reason)
    return one(Submission.objects.visible_to(request.actor), pk, SUBMISSION)
