"""The register for programs, such as a compliance desk's own."""

from typing import Literal
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router

from firmament.kernel.api.answers import one
from firmament.kernel.api.operations import operation
from firmament.kernel.api.paging import Cursor, Limit, Page, cursor_page
from firmament.kernel.breakglass.models import Session
from firmament.kernel.breakglass.policies import Can
from firmament.kernel.breakglass.register import Read, reads_in, with_reads
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.operators.schemas import PLATFORM_SESSION, PlatformSessionOut, ReadOut

router = Router(tags=["platform access"])

State = Literal["requested", "approved", "open", "closed", "reviewed"]


@router.get("", response=Page[PlatformSessionOut])
@operation(Can.VIEW_REGISTER)
def list_platform_sessions(
    request: FirmRequest,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: Literal["requested_at", "-requested_at"] = "-requested_at",
    state: State | None = None,
) -> HttpResponse:
    """When the platform's operators looked into the firm, why, and how it ended."""
    rows = with_reads(Session.objects.visible_to(request.actor))
    if state is not None:
        rows = rows.filter(state=state)
    return cursor_page(request, rows, PLATFORM_SESSION, limit=limit, cursor=cursor, sort=sort)


@router.get("/{uuid:pk}", response=PlatformSessionOut)
@operation(Can.VIEW_REGISTER)
def get_platform_session(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One session."""
    return one(with_reads(Session.objects.visible_to(request.actor)), pk, PLATFORM_SESSION)


@router.get("/{uuid:pk}/reads", response=list[ReadOut])
@operation(Can.VIEW_REGISTER)
def list_reads(request: FirmRequest, pk: UUID) -> list[Read]:
    """Every page that was read in a session, in order."""
    return reads_in(get_object_or_404(Session.objects.visible_to(request.actor), pk=pk).pk)
