"""An API over the kernel's teams, so that the floor can be tested before and without any room."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.db import IntegrityError, connection
from django.http import HttpRequest
from django.urls import path
from ninja import Query, Router
from pydantic import Field

from firmament.kernel.api import answers, problems, versions
from firmament.kernel.api.instance import FirmamentApi
from firmament.kernel.api.operations import operation
from firmament.kernel.api.paging import Cursor, Limit, Page, cursor_page
from firmament.kernel.api.parsing import StrictParser
from firmament.kernel.api.schemas import In, Int, Out
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.policies.events import TeamCreated
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.models import Team
from firmament.kernel.web import errors

handler400, handler403 = errors.bad_request, errors.forbidden
handler404, handler500 = errors.not_found, errors.server_error


class TeamIn(In):
    name: Annotated[str, Field(min_length=1, max_length=80)]


class Nested(In):
    level: Int = 0


class TeamOut(Out):
    id: UUID
    name: str
    created_at: datetime


class Filters(In):
    name: str = ""


TEAM = answers.shape(TeamOut, id="id", name="name", created_at="created_at")

router = Router(tags=["teams"])


@router.get("", response=Page[TeamOut])
@operation(Can.VIEW_TEAMS)
def list_teams(
    request: HttpRequest,
    filters: Query[Filters],
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: Literal["name", "-name", "created_at"] = "name",
):
    rows = Team.objects.visible_to(request.actor)
    if filters.name:
        rows = rows.filter(name=filters.name)
    return cursor_page(request, rows, TEAM, limit=limit, cursor=cursor, sort=sort)


@router.get("/dumped", response=Page[TeamOut])
@operation(Can.VIEW_TEAMS)
def list_dumped(request: HttpRequest, limit: Limit = 50, cursor: Cursor = ""):
    rows = Team.objects.visible_to(request.actor)
    return cursor_page(request, rows, TeamOut, limit=limit, cursor=cursor, sort="name")


@router.get("/crash", response=TeamOut)
@operation(Can.VIEW_TEAMS)
def crash(request: HttpRequest):
    raise ZeroDivisionError


@router.post("/overflow", response={201: TeamOut})
@operation(Can.MANAGE_TEAMS)
def overflow(request: HttpRequest, body: Nested):
    with connection.cursor() as cursor:
        cursor.execute("SELECT (%s::bigint * 100000)::int", [body.level])
    raise IntegrityError("never reached by a number within bounds")


@router.post("/forbidden", response={201: TeamOut})
@operation(Can.VIEW_TEAMS)
def forbidden(request: HttpRequest, body: TeamIn):
    Team.objects.create(name=body.name)
    require(request.actor, Can.ASSIGN_ROLES)


@router.get("/{pk}", response=TeamOut)
@operation(Can.VIEW_TEAMS)
def get_team(request: HttpRequest, pk: UUID):
    return answers.one(Team.objects.visible_to(request.actor), pk, TEAM)


@router.post("", response={201: TeamOut})
@operation(Can.MANAGE_TEAMS)
def create_team(request: HttpRequest, body: TeamIn):
    require(request.actor, Can.MANAGE_TEAMS)
    team = Team.objects.create(name=body.name)
    record(request.actor, TeamCreated(team_id=team.pk, name=team.name))
    return answers.one(Team.objects.all(), team.pk, TEAM, status=201, location=f"/api/v1/teams/{team.pk}")


@router.patch("/{pk}", response=TeamOut)
@operation(Can.MANAGE_TEAMS, if_match=True)
def rename_team(request: HttpRequest, pk: UUID, body: TeamIn):
    team = versions.locked(request, Team.objects.visible_to(request.actor), pk)
    team.name = body.name
    team.save()
    return answers.one(Team.objects.all(), pk, TEAM)


api = FirmamentApi(title="Trial", version="1", urls_namespace="trial", parser=StrictParser())
problems.install(api)
api.add_router("/teams", router)

urlpatterns = [
    path("api/v1/", api.urls),
]
