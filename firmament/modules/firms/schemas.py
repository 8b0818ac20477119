"""What programs get about the firm."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from pydantic import Field, model_validator

from firmament.kernel.api.answers import JsonObject, shape
from firmament.kernel.api.schemas import Out
from firmament.kernel.ledger.models import Entry
from firmament.kernel.policies.models import RoleAssignment
from firmament.modules.firms.reports.audit import NEEDED, joined, sentence

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


class WhoOut(Out):
    """Whose act it was: `user_id` and `name` are null for what the house does by itself."""

    domain: str
    user_id: UUID | None
    name: str | None
    token_id: UUID | None
    job: str
    roles: list[str]


class EntryOut(Out):
    """A line of the audit trail. In `payload` a personal value that has been erased is null."""

    id: UUID
    occurred_at: datetime
    code: str
    category: str
    who: WhoOut
    sentence: str
    request_id: str
    payload: dict[str, Any] = Field(description="The event's own fields; which they are depends on `code`.")

    @model_validator(mode="before")
    @classmethod
    def _of_entry(cls, value: Any) -> Any:
        """From a row of `reports.audit.entries_for`."""
        if not isinstance(value, Entry):
            return value
        row = {name: getattr(value, name) for name in NEEDED}
        return {
            "id": value.pk,
            "occurred_at": value.occurred_at,
            "code": value.code,
            "category": value.category,
            "who": {
                "domain": value.domain,
                "user_id": value.user_id,
                "name": row["who_name"],
                "token_id": value.token_id,
                "job": value.job,
                "roles": value.roles,
            },
            "sentence": sentence(row),
            "request_id": value.request_id,
            "payload": joined(row),
        }


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
