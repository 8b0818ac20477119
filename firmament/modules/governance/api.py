"""Approvals, tags and folders for programs. Deciding is done where the thing itself is: `/api/v1/<room>/…`."""

from typing import Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Router

from firmament.kernel.api.answers import empty, one
from firmament.kernel.api.operations import operation
from firmament.kernel.api.paging import Cursor, Limit, Page, cursor_page
from firmament.kernel.api.versions import locked
from firmament.kernel.approvals.models import Approval
from firmament.kernel.approvals.policies import Can as Approvals
from firmament.kernel.approvals.waiting import pending_for
from firmament.kernel.labels.areas import FolderArea, folder_area, folder_areas
from firmament.kernel.labels.folders import delete_folder, make_folder, move_folder, rename_folder
from firmament.kernel.labels.models import Folder, FolderQuerySet, Tag
from firmament.kernel.labels.policies import Can as Labels
from firmament.kernel.policies.decide import may
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.governance.schemas import (
    APPROVAL,
    FOLDER,
    TAG,
    ApprovalOut,
    FolderIn,
    FolderOut,
    FolderPatch,
    TagOut,
)

router = Router(tags=["governance"])


@router.get("/approvals", response=Page[ApprovalOut])
@operation(Approvals.VIEW)
def list_approvals(
    request: FirmRequest,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: Literal["asked_at", "-asked_at"] = "asked_at",
    whose: Literal["mine_to_decide", "asked_by_me"] = "mine_to_decide",
) -> HttpResponse:
    """What waits for the token's person, or what they asked for."""
    if whose == "asked_by_me":
        rows = Approval.objects.visible_to(request.actor).filter(asked_by_id=request.actor.membership_id)
    else:
        rows = Approval.objects.filter(pk__in=[row.id for row in pending_for(request.actor)])
    return cursor_page(request, rows, APPROVAL, limit=limit, cursor=cursor, sort=sort)


@router.get("/tags", response=Page[TagOut])
@operation(Labels.VIEW)
def list_tags(
    request: FirmRequest, limit: Limit = 50, cursor: Cursor = "", sort: Literal["name", "-name"] = "name"
) -> HttpResponse:
    """The firm's tags."""
    rows = Tag.objects.visible_to(request.actor)
    return cursor_page(request, rows, TAG, limit=limit, cursor=cursor, sort=sort)


@router.get("/folders", response=Page[FolderOut])
@operation(Labels.VIEW)
def list_folders(
    request: FirmRequest,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: Literal["name", "-name", "created_at", "-created_at"] = "name",
    area: str | None = None,
) -> HttpResponse:
    """The folders of every room that the token sees into, or of one."""
    rows = _folders(request)
    if area is not None:
        rows = rows.filter(area=area)
    return cursor_page(request, rows, FOLDER, limit=limit, cursor=cursor, sort=sort)


@router.post("/folders", response={201: FolderOut})
@operation(Labels.MANAGE_FOLDERS)
def create_folder(request: FirmRequest, body: FolderIn) -> HttpResponse:
    """Make a folder, last among its neighbours."""
    if body.area not in [area.area for area in _areas(request)]:
        raise ValidationError({"area": _("Nothing of this kind lies in folders.")}, code="unknown")
    parent = _parent(request, body.parent_id, body.area)
    made = make_folder(request.actor, area=body.area, name=body.name, parent=parent)
    return one(_folders(request), made.pk, FOLDER, status=201)


@router.get("/folders/{uuid:pk}", response=FolderOut)
@operation(Labels.VIEW)
def get_folder(request: FirmRequest, pk: UUID) -> HttpResponse:
    return one(_folders(request), pk, FOLDER)


@router.patch("/folders/{uuid:pk}", response=FolderOut)
@operation(Labels.MANAGE_FOLDERS, if_match=True)
def change_folder(request: FirmRequest, pk: UUID, body: FolderPatch) -> HttpResponse:
    """Rename it, or put it, with all that lies in it, into another folder; null is the top."""
    folder = locked(request, _folders(request), pk)
    given = body.model_dump(exclude_unset=True)
    if "name" in given:
        folder = rename_folder(request.actor, folder, name=given["name"])
    if "parent_id" in given:
        move_folder(request.actor, folder, parent=_parent(request, given["parent_id"], folder.area))
    return one(_folders(request), pk, FOLDER)


@router.delete("/folders/{uuid:pk}", response={204: None})
@operation(Labels.MANAGE_FOLDERS, if_match=True)
def remove_folder(request: FirmRequest, pk: UUID, moving_up: bool = False) -> HttpResponse:
    """Delete an empty folder; with `moving_up` any, and what lies in it goes to the folder above."""
    folder = locked(request, _folders(request), pk)
    area = folder_area(folder.area)
    delete_folder(request.actor, folder, content=area.everything(), through=area.through, moving_up=moving_up)
    return empty()


def _areas(request: FirmRequest) -> list[FolderArea]:
    return [area for area in folder_areas() if may(request.actor, area.model.view_power)]


def _folders(request: FirmRequest) -> FolderQuerySet:
    """Of rooms whose things the token may see."""
    rows: FolderQuerySet = Folder.objects.visible_to(request.actor)
    return rows.filter(area__in=[area.area for area in _areas(request)])


def _parent(request: FirmRequest, pk: UUID | None, area: str) -> Folder | None:
    if pk is None:
        return None
    found: Folder | None = _folders(request).filter(pk=pk, area=area).first()
    if found is None:
        raise ValidationError({"parent_id": _("There is no such folder.")}, code="unknown")
    return found
