"""The firm for programs: its people and teams, and who the token is."""

from typing import Literal
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router

from firmament.kernel.api.answers import dump, one
from firmament.kernel.api.operations import operation
from firmament.kernel.api.paging import Cursor, Limit, Page, cursor_page
from firmament.kernel.api.versions import locked
from firmament.kernel.identity.models import User
from firmament.kernel.policies import actions
from firmament.kernel.policies.authority import roles_of
from firmament.kernel.policies.kernel_powers import Can as Powers
from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.firms.policies import Can
from firmament.modules.firms.schemas import (
    MEMBER,
    TEAM,
    FirmOut,
    MembershipOut,
    MemberState,
    MeOut,
    TeamIn,
    TeamOut,
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


@router.get("/teams", response=Page[TeamOut])
@operation(Powers.VIEW_TEAMS)
def list_teams(
    request: FirmRequest,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: Literal["name", "-name", "created_at", "-created_at"] = "name",
    archived: bool = False,
) -> HttpResponse:
    """The teams that stand; with `archived`, those that were put away."""
    rows = Team.objects.visible_to(request.actor).filter(archived_at__isnull=not archived)
    return cursor_page(request, rows, TEAM, limit=limit, cursor=cursor, sort=sort)


@router.post("/teams", response={201: TeamOut})
@operation(Powers.MANAGE_TEAMS)
def create_team(request: FirmRequest, body: TeamIn) -> HttpResponse:
    """Make a team with nobody in it."""
    return _team(request, actions.create_team(request.actor, name=body.name).pk, 201)


@router.get("/teams/{uuid:pk}", response=TeamOut)
@operation(Powers.VIEW_TEAMS)
def get_team(request: FirmRequest, pk: UUID) -> HttpResponse:
    return _team(request, pk)


@router.patch("/teams/{uuid:pk}", response=TeamOut)
@operation(Powers.MANAGE_TEAMS, if_match=True)
def rename_team(request: FirmRequest, pk: UUID, body: TeamIn) -> HttpResponse:
    """Call it something else."""
    team = locked(request, Team.objects.visible_to(request.actor), pk)
    actions.rename_team(request.actor, team, name=body.name)
    return _team(request, pk)


@router.post("/teams/{uuid:pk}/{step}", response=TeamOut)
@operation(Powers.MANAGE_TEAMS)
def move_team(request: FirmRequest, pk: UUID, step: Literal["archive", "restore"]) -> HttpResponse:
    """Put a team away, so that nobody has anything through it, or bring it back as it was."""
    act = {"archive": actions.archive_team, "restore": actions.restore_team}[step]
    act(request.actor, get_object_or_404(Team.objects.visible_to(request.actor), pk=pk))
    return _team(request, pk)


@router.put("/teams/{uuid:pk}/members/{uuid:member_id}", response=TeamOut)
@operation(Powers.MANAGE_TEAMS)
def put_in_team(request: FirmRequest, pk: UUID, member_id: UUID) -> HttpResponse:
    """Put a member of the firm into a team. Doing it twice changes nothing."""
    actions.add_to_team(request.actor, *_place(request, pk, member_id))
    return _team(request, pk)


@router.delete("/teams/{uuid:pk}/members/{uuid:member_id}", response=TeamOut)
@operation(Powers.MANAGE_TEAMS)
def take_out_of_team(request: FirmRequest, pk: UUID, member_id: UUID) -> HttpResponse:
    """Take a member of the firm out of a team. Doing it twice changes nothing."""
    actions.remove_from_team(request.actor, *_place(request, pk, member_id))
    return _team(request, pk)


def _team(request: FirmRequest, pk: UUID, status: int = 200) -> HttpResponse:
    return one(Team.objects.visible_to(request.actor), pk, TEAM, status=status)


def _place(request: FirmRequest, pk: UUID, member_id: UUID) -> tuple[Team, Membership]:
    team: Team = get_object_or_404(Team.objects.visible_to(request.actor), pk=pk)
    rows = Membership.objects.visible_to(request.actor).select_related("user")
    member: Membership = get_object_or_404(rows, pk=member_id)
    return team, member
