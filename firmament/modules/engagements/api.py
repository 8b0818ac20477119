"""Agreed work, for programs."""

from collections.abc import Callable
from typing import Any, Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Router

from firmament.kernel.api.answers import empty, one
from firmament.kernel.api.members import member_of
from firmament.kernel.api.operations import operation
from firmament.kernel.api.paging import Cursor, Limit, Page, cursor_page
from firmament.kernel.api.schemas import NewestSort
from firmament.kernel.api.versions import locked
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.clients.public import visible_client
from firmament.modules.engagements import actions
from firmament.modules.engagements.models import Engagement
from firmament.modules.engagements.policies import Can
from firmament.modules.engagements.schemas import (
    ENGAGEMENT,
    EngagementIn,
    EngagementOut,
    EngagementPatch,
    EngagementState,
    ReasonIn,
)

router = Router(tags=["engagements"])


def engagement_of(request: FirmRequest, pk: UUID) -> Engagement:
    """The engagement; 404 where there is none, or none to see."""
    rows = Engagement.objects.visible_to(request.actor).select_related("client", "lead__user")
    engagement: Engagement = get_object_or_404(rows, pk=pk)
    return engagement


def _answer(request: FirmRequest, pk: UUID, status: int = 200) -> HttpResponse:
    return one(Engagement.objects.visible_to(request.actor), pk, ENGAGEMENT, status=status)


@router.get("", response=Page[EngagementOut])
@operation(Can.VIEW)
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


@router.post("", response={201: EngagementOut})
@operation(Can.CREATE)
def create_engagement(request: FirmRequest, body: EngagementIn) -> HttpResponse:
    """Draft a piece of work for a client."""
    if visible_client(request.actor, body.client_id) is None:
        raise ValidationError({"client_id": _("There is no such client.")}, code="unknown")
    fields = _work(body.model_dump(exclude={"client_id"}))
    return _answer(request, actions.create_engagement(request.actor, body.client_id, **fields).pk, 201)


def _work(fields: dict[str, Any]) -> Any:
    if "lead_id" in fields:
        fields["lead"] = member_of(fields.pop("lead_id"), "lead_id")
    return fields


@router.get("/{uuid:pk}", response=EngagementOut)
@operation(Can.VIEW)
def get_engagement(request: FirmRequest, pk: UUID) -> HttpResponse:
    return _answer(request, pk)


@router.patch("/{uuid:pk}", response=EngagementOut)
@operation(Can.EDIT, if_match=True)
def change_engagement(request: FirmRequest, pk: UUID, body: EngagementPatch) -> HttpResponse:
    engagement = locked(request, Engagement.objects.visible_to(request.actor), pk)
    actions.edit_engagement(request.actor, engagement, **_work(body.model_dump(exclude_unset=True)))
    return _answer(request, pk)


@router.delete("/{uuid:pk}", response={204: None})
@operation(Can.EDIT, if_match=True)
def discard_engagement(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Discard a draft; anything further along is canceled instead."""
    engagement = locked(request, Engagement.objects.visible_to(request.actor), pk)
    actions.discard_draft(request.actor, engagement)
    return empty()


@router.post("/{uuid:pk}/pause", response=EngagementOut)
@operation(Can.EDIT)
def pause_engagement(request: FirmRequest, pk: UUID, body: ReasonIn) -> HttpResponse:
    """active → paused, for a reason."""
    actions.pause_engagement(request.actor, engagement_of(request, pk), reason=body.reason)
    return _answer(request, pk)


@router.post("/{uuid:pk}/cancel", response=EngagementOut)
@operation(Can.EDIT)
def cancel_engagement(request: FirmRequest, pk: UUID, body: ReasonIn) -> HttpResponse:
    """active or paused → canceled, for a reason."""
    actions.cancel_engagement(request.actor, engagement_of(request, pk), reason=body.reason)
    return _answer(request, pk)


@router.post("/{uuid:pk}/reopen", response=EngagementOut)
@operation(Can.REOPEN)
def reopen_engagement(request: FirmRequest, pk: UUID, body: ReasonIn) -> HttpResponse:
    """completed, canceled or archived → active again, for a reason."""
    actions.reopen_engagement(request.actor, engagement_of(request, pk), reason=body.reason)
    return _answer(request, pk)


@router.post("/{uuid:pk}/{step}", response=EngagementOut)
@operation(Can.EDIT)
def move_engagement(
    request: FirmRequest, pk: UUID, step: Literal["start", "resume", "complete", "archive"]
) -> HttpResponse:
    """draft → active, paused → active, active → completed, completed or canceled → archived."""
    steps: dict[str, Callable[..., None]] = {
        "start": actions.start_engagement,
        "resume": actions.resume_engagement,
        "complete": actions.complete_engagement,
        "archive": actions.archive_engagement,
    }
    steps[step](request.actor, engagement_of(request, pk))
    return _answer(request, pk)
