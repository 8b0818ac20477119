"""Roles for programs, and which powers are kept apart."""

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
from firmament.kernel.api.versions import locked
from firmament.kernel.policies import roles
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.models import Role
from firmament.kernel.policies.models_duties import DutyPair
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.access.schemas import DUTY, ROLE, DutyOut, RoleEdit, RoleIn, RoleOut

router = Router(tags=["access"])


@router.get("/roles", response=Page[RoleOut])
@operation(Can.VIEW_ROLES)
def list_roles(
    request: FirmRequest,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: Literal["name", "-name", "created_at", "-created_at"] = "name",
    deleted: bool = False,
) -> HttpResponse:
    """The roles that stand; with `deleted`, those that were put away."""
    rows = Role.objects.visible_to(request.actor).filter(deleted_at__isnull=not deleted)
    return cursor_page(request, rows, ROLE, limit=limit, cursor=cursor, sort=sort)


@router.post("/roles", response={201: RoleOut})
@operation(Can.MANAGE_ROLES)
def copy_role(request: FirmRequest, body: RoleIn) -> HttpResponse:
    """Make a role of the firm's own that carries what the other one does now. It may hold nothing you lack."""
    source = Role.objects.visible_to(request.actor).filter(pk=body.copy_of).first()
    if source is None:
        raise ValidationError({"copy_of": _("There is no such role.")}, code="copy_of")
    return _role(request, roles.copy_role(request.actor, source, name=body.name).pk, 201)


@router.get("/roles/{uuid:pk}", response=RoleOut)
@operation(Can.VIEW_ROLES)
def get_role(request: FirmRequest, pk: UUID) -> HttpResponse:
    return _role(request, pk)


@router.patch("/roles/{uuid:pk}", response=RoleOut)
@operation(Can.MANAGE_ROLES, if_match=True)
def change_role(request: FirmRequest, pk: UUID, body: RoleEdit) -> HttpResponse:
    """Rename it, or set how far it sees and what it allows. A built-in role stays as it is."""
    role = locked(request, Role.objects.visible_to(request.actor), pk)
    roles.change_role(
        request.actor,
        role,
        name=role.name if body.name is None else body.name,
        clearance=body.clearance or role.clearance,
        powers=roles.powers_of_role(role) if body.powers is None else body.powers,
    )
    return _role(request, pk)


@router.post("/roles/{uuid:pk}/{step}", response=RoleOut)
@operation(Can.MANAGE_ROLES)
def move_role(request: FirmRequest, pk: UUID, step: Literal["delete", "restore"]) -> HttpResponse:
    """Put away a role that nobody holds, or bring it back as it was."""
    act = {"delete": roles.delete_role, "restore": roles.restore_role}[step]
    act(request.actor, get_object_or_404(Role.objects.visible_to(request.actor), pk=pk))
    return _role(request, pk)


@router.get("/duties", response=Page[DutyOut])
@operation(Can.VIEW_DUTIES)
def list_duties(
    request: FirmRequest,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: Literal["created_at", "-created_at"] = "created_at",
    retired: bool = False,
) -> HttpResponse:
    """The pairs of powers that are kept apart; with `retired`, those that no longer are."""
    rows = DutyPair.objects.visible_to(request.actor).filter(retired_at__isnull=not retired)
    return cursor_page(request, rows, DUTY, limit=limit, cursor=cursor, sort=sort)


@router.get("/duties/{uuid:pk}", response=DutyOut)
@operation(Can.VIEW_DUTIES)
def get_duty(request: FirmRequest, pk: UUID) -> HttpResponse:
    return one(DutyPair.objects.visible_to(request.actor), pk, DUTY)


def _role(request: FirmRequest, pk: UUID, status: int = 200) -> HttpResponse:
    return one(Role.objects.visible_to(request.actor), pk, ROLE, status=status)
