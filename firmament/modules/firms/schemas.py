"""What programs get about the firm."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from firmament.kernel.api.answers import JsonObject, shape
from firmament.kernel.api.schemas import Out
from firmament.kernel.policies.models import RoleAssignment

MemberState = Literal["active", "deactivated"]


class UserOut(Out):
    """A person."""

    id: UUID
    name: str
    email: str


class MembershipOut(Out):
    """A person's place in the firm. `id` is what `owner_id` and its like name elsewhere."""

    id: UUID
    user: UserOut
    title: str
    state: MemberState
    roles: list[str]
    created_at: datetime
    updated_at: datetime


class FirmOut(Out):
    """The firm the token belongs to."""

    id: UUID
    slug: str
    name: str
    timezone: str
    locale: str
    currency: str


class MeOut(Out):
    """For whom the token acts, and how far it reaches."""

    user: UserOut
    membership_id: UUID
    roles: list[str]
    scopes: list[str]
    firm: FirmOut


MEMBER = shape(
    MembershipOut,
    id="id",
    user=JsonObject(id="user_id", name="user__name", email="user__email"),
    title="title",
    state="state",
    roles=ArraySubquery(
        RoleAssignment.objects.filter(membership=OuterRef("pk")).order_by("role__code").values("role__code")
    ),
    created_at="created_at",
    updated_at="updated_at",
)
