"""What programs send and get about roles, and about powers that are kept apart."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from pydantic import Field

from firmament.kernel.api.answers import shape
from firmament.kernel.api.schemas import Exact, Out
from firmament.kernel.policies.models import RolePower
from firmament.kernel.policies.models_duties import DutyException

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


class DutyOut(Out):
    """Two powers that are kept apart: that nobody holds both, or that nobody uses both on the same thing.

    One that waits for those who hold both has no `in_force_at`. `exempt` are the members who need not keep them apart, and
    `exempt_until`, in the same order, the instants at which that ends by itself.
    """

    id: UUID
    power_a: str
    power_b: str
    kind: Literal["hold", "use"]
    subject: str
    reason: str
    exempt: list[UUID]
    exempt_until: list[datetime]
    in_force_at: datetime | None
    retired_at: datetime | None
    retired_reason: str
    created_at: datetime
    updated_at: datetime


_EXEMPT = DutyException.objects.filter(pair=OuterRef("pk"), ended_at__isnull=True).order_by("ends_at", "pk")
DUTY = shape(
    DutyOut,
    exempt=ArraySubquery(_EXEMPT.values("membership_id")),
    exempt_until=ArraySubquery(_EXEMPT.values("ends_at")),
)
