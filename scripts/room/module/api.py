"""Sample things, for programs."""

from typing import Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Router

from firmament.kernel.api.answers import one
from firmament.kernel.api.operations import operation
from firmament.kernel.api.paging import Cursor, Limit, Page, cursor_page
from firmament.kernel.api.schemas import NewestSort
from firmament.kernel.api.versions import locked
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.clients.public import visible_client
from firmament.modules.sample_things import actions
from firmament.modules.sample_things.models import SampleThing
from firmament.modules.sample_things.policies import Can
from firmament.modules.sample_things.schemas import (
    SAMPLE_THING,
    SampleThingIn,
    SampleThingOut,
    SampleThingPatch,
    SampleThingState,
)

router = Router(tags=["sample_things"])


def _answer(request: FirmRequest, pk: UUID, status: int = 200) -> HttpResponse:
    return one(SampleThing.objects.visible_to(request.actor), pk, SAMPLE_THING, status=status)


@router.get("", response=Page[SampleThingOut])
@operation(Can.VIEW)
def list_sample_things(
    request: FirmRequest,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: NewestSort = "-created_at",
    state: SampleThingState | None = None,
    client_id: UUID | None = None,
) -> HttpResponse:
    rows = SampleThing.objects.visible_to(request.actor)
    exact = {"state": state, "client_id": client_id}
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    return cursor_page(request, rows, SAMPLE_THING, limit=limit, cursor=cursor, sort=sort)


@router.post("", response={201: SampleThingOut})
@operation(Can.CREATE)
def create_sample_thing(request: FirmRequest, body: SampleThingIn) -> HttpResponse:
    """Add a sample thing for a client."""
    if visible_client(request.actor, body.client_id) is None:
        raise ValidationError({"client_id": _("There is no such client.")}, code="unknown")
    fields = body.model_dump(exclude={"client_id"})
    made = actions.create_sample_thing(request.actor, body.client_id, **fields)
    return _answer(request, made.pk, 201)


@router.get("/{uuid:pk}", response=SampleThingOut)
@operation(Can.VIEW)
def get_sample_thing(request: FirmRequest, pk: UUID) -> HttpResponse:
    return _answer(request, pk)


@router.patch("/{uuid:pk}", response=SampleThingOut)
@operation(Can.EDIT, if_match=True)
def change_sample_thing(request: FirmRequest, pk: UUID, body: SampleThingPatch) -> HttpResponse:
    sample_thing = locked(request, SampleThing.objects.visible_to(request.actor), pk)
    actions.edit_sample_thing(request.actor, sample_thing, **body.model_dump(exclude_unset=True))
    return _answer(request, pk)


@router.post("/{uuid:pk}/{step}", response=SampleThingOut)
@operation(Can.EDIT)
def move_sample_thing(request: FirmRequest, pk: UUID, step: Literal["finish", "reopen"]) -> HttpResponse:
    """open → done, done → open."""
    sample_thing = get_object_or_404(SampleThing.objects.visible_to(request.actor), pk=pk)
    steps = {"finish": actions.finish_sample_thing, "reopen": actions.reopen_sample_thing}
    steps[step](request.actor, sample_thing)
    return _answer(request, pk)
