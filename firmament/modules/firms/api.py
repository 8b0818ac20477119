"""The firm for programs: its people, and who the token is."""

from typing import Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Router

from firmament.kernel.api.answers import dump, one
from firmament.kernel.api.operations import operation
from firmament.kernel.api.paging import Cursor, Limit, Page, cursor_page
from firmament.kernel.identity.models import User
from firmament.kernel.policies.authority import roles_of
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.firms.policies import Can
from firmament.modules.firms.schemas import (
    MEMBER,
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
