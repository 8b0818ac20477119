"""Agreed work, for programs."""

from collections.abc import Callable
from typing import Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from firmament.kernel.api.answers import empty, one
from firmament.kernel.api.operations import operation
from firmament.kernel.api.paging import Cursor, Limit, Page, cursor_page
from firmament.kernel.api.versions import locked
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.clients.actions import engagements
from firmament.modules.clients.api.loading import client_of, engagement_of, member_of
from firmament.modules.clients.models import Engagement
from firmament.modules.clients.policies import Can
from firmament.modules.clients.schemas import (
    ENGAGEMENT,
    EngagementIn,
    EngagementOut,
    EngagementPatch,
    EngagementState,
    NewestSort,
    ReasonIn,
)

router = Router(tags=["clients"])


def _answer(request: FirmRequest, pk: UUID, status: int = 200) -> HttpResponse:
    return one(Engagement.objects.visible_to(request.actor), pk, ENGAGEMENT, status=status)


@router.get("/engagements", response=Page[EngagementOut])
@operation(Can.VIEW_ENGAGEMENTS)
def list_engagements(
    request: FirmRequest,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: NewestSort = "-created_at",
    state: EngagementState | None = None,
    client_id: UUID | None = None,
) -> HttpResponse:
    rows = Engagement.objects.visible_to(request.actor)
    exact = {"state": state, "client_id": client_id}
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    return cursor_page(request, rows, ENGAGEMENT, limit=limit, cursor=cursor, sort=sort)


@router.post("/{uuid:pk}/engagements", response={201: EngagementOut})
@operation(Can.CREATE_ENGAGEMENT)
def create_engagement(request: FirmRequest, pk: UUID, body: EngagementIn) -> HttpResponse:
    """Draft a piece of work for a client."""
    created = engagements.create_engagement(request.actor, client_of(request, pk), **_work(body.model_dump()))
    return _answer(request, created.pk, 201)


def _work(fields: dict[str, Any]) -> Any:
    if "lead_id" in fields:
        fields["lead"] = member_of(fields.pop("lead_id"), "lead_id")
    return fields


@router.get("/engagements/{uuid:pk}", response=EngagementOut)
@operation(Can.VIEW_ENGAGEMENTS)
def get_engagement(request: FirmRequest, pk: UUID) -> HttpResponse:
    return _answer(request, pk)


@router.patch("/engagements/{uuid:pk}", response=EngagementOut)
@operation(Can.EDIT_ENGAGEMENT, if_match=True)
def change_engagement(request: FirmRequest, pk: UUID, body: EngagementPatch) -> HttpResponse:
    engagement = locked(request, Engagement.objects.visible_to(request.actor), pk)
    engagements.edit_engagement(request.actor, engagement, **_work(body.model_dump(exclude_unset=True)))
    return _answer(request, pk)


@router.delete("/engagements/{uuid:pk}", response={204: None})
@operation(Can.EDIT_ENGAGEMENT, if_match=True)
def discard_engagement(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Discard a draft; anything further along is canceled instead."""
    engagement = locked(request, Engagement.objects.visible_to(request.actor), pk)
    engagements.discard_draft(request.actor, engagement)
    return empty()


@router.post("/engagements/{uuid:pk}/pause", response=EngagementOut)
@operation(Can.EDIT_ENGAGEMENT)
def pause_engagement(request: FirmRequest, pk: UUID, body: ReasonIn) -> HttpResponse:
    """active → paused, for a reason."""
    engagements.pause_engagement(request.actor, engagement_of(request, pk), reason=body.reason)
    return _answer(request, pk)


@router.post("/engagements/{uuid:pk}/cancel", response=EngagementOut)
@operation(Can.EDIT_ENGAGEMENT)
def cancel_engagement(request: FirmRequest, pk: UUID, body: ReasonIn) -> HttpResponse:
    """active or paused → canceled, for a reason."""
    engagements.cancel_engagement(request.actor, engagement_of(request, pk), reason=body.reason)
    return _answer(request, pk)


@router.post("/engagements/{uuid:pk}/reopen", response=EngagementOut)
@operation(Can.REOPEN_ENGAGEMENT)
def reopen_engagement(request: FirmRequest, pk: UUID, body: ReasonIn) -> HttpResponse:
    """completed, canceled or archived → active again, for a reason."""
    engagements.reopen_engagement(request.actor, engagement_of(request, pk), reason=body.reason)
    return _answer(request, pk)


@router.post("/engagements/{uuid:pk}/{step}", response=EngagementOut)
@operation(Can.EDIT_ENGAGEMENT)
def move_engagement(
    request: FirmRequest, pk: UUID, step: Literal["start", "resume", "complete", "archive"]
) -> HttpResponse:
    """draft → active, paused → active, active → completed, completed or canceled → archived."""
    steps: dict[str, Callable[..., None]] = {
        "start": engagements.start_engagement,
        "resume": engagements.resume_engagement,
        "complete": engagements.complete_engagement,
        "archive": engagements.archive_engagement,
    }
    steps[step](request.actor, engagement_of(request, pk))
    return _answer(request, pk)
