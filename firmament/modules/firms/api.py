"""The firm for programs: its people, its audit trail, and who the token is."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from firmament.kernel.api.answers import dump, one
from firmament.kernel.api.operations import operation
from firmament.kernel.api.paging import Cursor, Limit, Page, cursor_page
from firmament.kernel.identity.models import User
from firmament.kernel.ledger.events import Category
from firmament.kernel.policies.authority import roles_of
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.firms.actions.audit import note_reading
from firmament.modules.firms.events import AuditRead
from firmament.modules.firms.policies import Can
from firmament.modules.firms.reports.audit import entries_for
from firmament.modules.firms.schemas import (
    MEMBER,
    EntryOut,
    FirmOut,
    MembershipOut,
    MemberState,
    MeOut,
    UserOut,
)

router = Router(tags=["firms"])

BY_MEMBER = {
    "name": "user__name",
    "-name": "-user__name",
    "created_at": "created_at",
    "-created_at": "-created_at",
}
Area = Literal[
    "auth",
    "permissions",
    "break_glass",
    "finance",
    "documents",
    "esignature",
    "data_access",
    "configuration",
    "clients",
    "system",
]
Code = Annotated[str, Field(max_length=80, description="An event, such as `clients.client_created`.")]


@router.get("/me", response=MeOut)
@operation(Can.VIEW_PEOPLE)
def me(request: FirmRequest) -> HttpResponse:
    """The person the token acts for, what it may reach, and the firm."""
    actor = request.actor
    assert actor.membership_id is not None and actor.user_id is not None  # a token has a maker
    user = User.objects.get(pk=actor.user_id)
    return dump(
        MeOut,
        MeOut(
            user=UserOut.model_validate(user),
            membership_id=actor.membership_id,
            roles=list(roles_of(actor.membership_id)),
            scopes=sorted(actor.scopes),
            firm=FirmOut.model_validate(current_firm()),
        ),
    )


@router.get("/people", response=Page[MembershipOut])
@operation(Can.VIEW_PEOPLE)
def list_people(
    request: FirmRequest,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: Literal["name", "-name", "created_at", "-created_at"] = "name",
    state: MemberState | None = None,
) -> HttpResponse:
    """Everybody who works or worked in the firm."""
    rows = Membership.objects.visible_to(request.actor)
    if state is not None:
        rows = rows.filter(state=state)
    return cursor_page(request, rows, MEMBER, limit=limit, cursor=cursor, sort=BY_MEMBER[sort])


@router.get("/people/{uuid:pk}", response=MembershipOut)
@operation(Can.VIEW_PEOPLE)
def get_person(request: FirmRequest, pk: UUID) -> HttpResponse:
    return one(Membership.objects.visible_to(request.actor), pk, MEMBER)


@router.get("/audit", response=Page[EntryOut])
@operation(Can.VIEW_AUDIT, recorded_read=True)
def list_audit(
    request: FirmRequest,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: Literal["occurred_at", "-occurred_at"] = "-occurred_at",
    category: Area | None = None,
    code: Code = "",
    user_id: UUID | None = None,
    since: datetime | None = None,
    before: datetime | None = None,
) -> HttpResponse:
    """The audit trail. Reading it is written into it, once in five minutes for the same question."""
    rows = entries_for(request.actor)
    exact = {"category": category, "code": code or None, "user_id": user_id}
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    if since is not None:
        rows = rows.filter(occurred_at__gte=since)
    if before is not None:
        rows = rows.filter(occurred_at__lt=before)
    answer = cursor_page(request, rows, EntryOut, limit=limit, cursor=cursor, sort=sort)
    note_reading(
        request.actor,
        AuditRead(
            who=user_id,
            area=category or "",
            event=code,
            first_day=since.date() if since else None,
            last_day=before.date() if before else None,
        ),
    )
    return answer


# The list above is spelt out for the document; a category that comes later must not be forgotten in it.
assert set(Area.__args__) == set(Category.values)  # type: ignore[attr-defined]  # a Literal's own
