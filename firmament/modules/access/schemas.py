"""What programs send and get about roles."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from pydantic import Field

from firmament.kernel.api.answers import shape
from firmament.kernel.api.schemas import Exact, Out
from firmament.kernel.policies.models import RolePower

Clearance = Literal["public", "internal", "confidential", "restricted"]
Power = Annotated[str, Field(min_length=1, max_length=80)]
Name = Annotated[str, Field(min_length=1, max_length=80)]


class RoleOut(Out):
    """A set of powers with a name. `origin` is the code of the built-in role that a firm's own one began as."""

    id: UUID
    code: str
    name: str
    built_in: bool
    origin: str
    clearance: Clearance
    powers: list[str]
    deleted_at: datetime | None
    created_at: datetime
    updated_at: datetime


class RoleIn(Exact):
    """A copy of a role, under a name of its own."""

    copy_of: UUID
    name: Name


class RoleEdit(Exact):
    """What changes; what is left out stays. `powers` is the whole list."""

    name: Name | None = None
    clearance: Clearance | None = None
    powers: Annotated[list[Power], Field(max_length=1000)] | None = None


ROLE = shape(
    RoleOut,
    powers=ArraySubquery(RolePower.objects.filter(role=OuterRef("pk")).order_by("power").values("power")),
)
