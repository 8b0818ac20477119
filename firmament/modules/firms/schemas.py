"""What programs get about the firm."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from pydantic import Field

from firmament.kernel.api.answers import JsonObject, shape
from firmament.kernel.api.schemas import Exact, Out
from firmament.kernel.policies.models import RoleAssignment, TeamMember

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


class TeamOut(Out):
    """People who share work. `member_ids` name memberships, as `/firms/people` does."""

    id: UUID
    name: str
    member_ids: list[UUID]
    archived_at: datetime | None
    created_at: datetime
    updated_at: datetime


class TeamIn(Exact):
    """How a team is called."""

    name: Annotated[str, Field(min_length=1, max_length=80)]


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
TEAM = shape(
    TeamOut,
    member_ids=ArraySubquery(
        TeamMember.objects.filter(team=OuterRef("pk")).order_by("created_at", "pk").values("membership_id")
    ),
)
