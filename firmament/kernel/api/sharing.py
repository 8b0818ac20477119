"""Shares as programs send and get them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from firmament.kernel.api.answers import JsonObject, JsonOrNull, shape
from firmament.kernel.api.members import member_of
from firmament.kernel.api.schemas import In, MemberOut, Out
from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.models import Membership

Level = Literal["use", "edit", "approve"]


class ShareIn(In):
    member_id: UUID | None = Field(default=None, description="Either a member …")
    team_id: UUID | None = Field(default=None, description="… or a team.")
    level: Level = "use"


class ShareOut(Out):
    id: UUID
    member: MemberOut | None
    team_id: UUID | None
    level: Level
    created_at: datetime


SHARE = shape(
    ShareOut,
    member=JsonOrNull(F("membership_id"), JsonObject(id="membership_id", name="membership__user__name")),
)


def whom_of(body: ShareIn) -> Membership | Team:
    """Whom the body names; ValidationError where that is nobody, or two."""
    member = member_of(body.member_id, "member_id")
    team = Team.objects.filter(pk=body.team_id).first() if body.team_id else None
    whom = member or team
    if whom is None or (member is not None and team is not None):
        raise ValidationError(_("Name either a member or a team of the firm."), code="whom")
    return whom
