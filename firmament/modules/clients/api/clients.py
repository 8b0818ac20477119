"""Clients for programs."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router
from pydantic import Field

from firmament.kernel.api.answers import empty, one
from firmament.kernel.api.members import member_of
from firmament.kernel.api.operations import operation
from firmament.kernel.api.paging import Cursor, Limit, Page, cursor_page
from firmament.kernel.api.versions import locked
from firmament.kernel.policies.decide import visible
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.clients.actions import archive
from firmament.modules.clients.actions import clients as taking_on
from firmament.modules.clients.api.loading import client_of
from firmament.modules.clients.models import Client
from firmament.modules.clients.policies import Can
from firmament.modules.clients.schemas import CLIENT, ClientIn, ClientOut, ClientPatch, ClientState, Kind

router = Router(tags=["clients"])

BY_CLIENT = {
    "name": "name_folded",
    "-name": "-name_folded",
    "created_at": "created_at",
    "-created_at": "-created_at",
    "updated_at": "updated_at",
    "-updated_at": "-updated_at",
}
ClientSort = Literal["name", "-name", "created_at", "-created_at", "updated_at", "-updated_at"]
Words = Annotated[str, Field(max_length=200, description="Part of the name or the reference.")]


def _answer(request: FirmRequest, pk: UUID, status: int = 200) -> HttpResponse:
    return one(Client.objects.visible_to(request.actor), pk, CLIENT, status=status)


@router.get("", response=Page[ClientOut])
@operation(Can.VIEW)
def list_clients(
    request: FirmRequest,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: ClientSort = "name",
    state: ClientState | None = None,
    kind: Kind | None = None,
    owner_id: UUID | None = None,
    reference: Annotated[str | None, Field(max_length=24)] = None,
    q: Words = "",
    updated_since: datetime | None = None,
) -> HttpResponse:
    """Clients outside the bin."""
    rows = Client.objects.visible_to(request.actor)
    exact = {"state": state, "kind": kind, "owner_id": owner_id, "reference": reference}
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    if updated_since is not None:
        rows = rows.filter(updated_at__gte=updated_since)
    return cursor_page(request, rows.matching(q), CLIENT, limit=limit, cursor=cursor, sort=BY_CLIENT[sort])


@router.post("", response={201: ClientOut})
@operation(Can.CREATE)
def create_client(request: FirmRequest, body: ClientIn) -> HttpResponse:
    """Take a client on."""
    owner = member_of(body.owner_id, "owner_id")
    client = taking_on.create_client(request.actor, owner=owner, **body.model_dump(exclude={"owner_id"}))
    return _answer(request, client.pk, 201)


@router.get("/{uuid:pk}", response=ClientOut)
@operation(Can.VIEW)
def get_client(request: FirmRequest, pk: UUID) -> HttpResponse:
    return _answer(request, pk)


@router.patch("/{uuid:pk}", response=ClientOut)
@operation(Can.VIEW, if_match=True)
def change_client(request: FirmRequest, pk: UUID, body: ClientPatch) -> HttpResponse:
    """Change what is written about a client, or who is responsible for it."""
    client = locked(request, Client.objects.visible_to(request.actor), pk)
    fields = body.model_dump(exclude_unset=True)
    if "owner_id" in fields:
        taking_on.assign_owner(request.actor, client, member_of(fields.pop("owner_id"), "owner_id"))
    if fields:
        taking_on.edit_client(request.actor, client, **fields)
    return _answer(request, pk)


@router.delete("/{uuid:pk}", response={204: None})
@operation(Can.DELETE, if_match=True)
def delete_client(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Put a client in the bin; it can be restored for thirty days."""
    archive.bin_client(request.actor, locked(request, Client.objects.visible_to(request.actor), pk))
    return empty()


@router.post("/{uuid:pk}/restore", response=ClientOut)
@operation(Can.RESTORE)
def restore_client(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Take a client out of the bin."""
    rows = Client.objects.filter(visible(request.actor, Can.RESTORE, Client))
    archive.restore_client(request.actor, get_object_or_404(rows, pk=pk))
    return _answer(request, pk)


@router.post("/{uuid:pk}/archive", response=ClientOut)
@operation(Can.ARCHIVE)
def archive_client(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Put a former client away, readable and not written to. Refused while an engagement is being worked on."""
    archive.archive_client(request.actor, client_of(request, pk))
    return _answer(request, pk)


@router.post("/{uuid:pk}/unarchive", response=ClientOut)
@operation(Can.ARCHIVE)
def unarchive_client(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Take a client out of the archive."""
    archive.unarchive_client(request.actor, client_of(request, pk))
    return _answer(request, pk)


@router.post("/{uuid:pk}/activate", response=ClientOut)
@operation(Can.EDIT)
def activate_client(request: FirmRequest, pk: UUID) -> HttpResponse:
    """inactive → active."""
    taking_on.activate_client(request.actor, client_of(request, pk))
    return _answer(request, pk)


@router.post("/{uuid:pk}/deactivate", response=ClientOut)
@operation(Can.EDIT)
def deactivate_client(request: FirmRequest, pk: UUID) -> HttpResponse:
    """active → inactive."""
    taking_on.deactivate_client(request.actor, client_of(request, pk))
    return _answer(request, pk)
