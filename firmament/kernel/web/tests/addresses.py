"""A house with a few rooms of its own, so that the floor can be tested before and without any other."""

import json
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import include, path

from firmament.kernel.identity import urls as identity_urls
from firmament.kernel.ledger.events import Category, Event
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web import errors, views
from firmament.kernel.web.bulk import BulkAction
from firmament.kernel.web.cells import Column, Kind
from firmament.kernel.web.entrances import person_page, portal_page, public_page, staff_page
from firmament.kernel.web.filters import ChoiceFilter, DateFilter, RelatedFilter, SearchFilter
from firmament.kernel.web.import_pages import import_page
from firmament.kernel.web.imports import Conflict, ImportField, ImportPage, Like, Reader, declare_import
from firmament.kernel.web.lists import Empty, ListAction, ListPage, counted_as, list_page
from firmament.kernel.web.toasts import toast
from firmament.lib.tabular.table import TableError

handler400, handler403 = errors.bad_request, errors.forbidden
handler404, handler500 = errors.not_found, errors.server_error


@dataclass(frozen=True, slots=True, kw_only=True)
class Peeked(Event):
    category: ClassVar[Category] = Category.DATA_ACCESS
    sentence: ClassVar[str] = "looked"


@staff_page(Can.VIEW_TEAMS)
def teams(request):
    return HttpResponse(",".join(Team.objects.visible_to(request.actor).values_list("name", flat=True)))


@staff_page(Can.VIEW_TEAMS)
def write(request):
    """Writes a team, then ends as asked."""
    Team.objects.create(name="Tax")
    match request.GET.get("end"):
        case "crash":
            raise ZeroDivisionError
        case "422":
            return HttpResponse(status=422)
        case "stream":
            return StreamingHttpResponse(iter(["x"]))
        case "redirect":
            return HttpResponse(status=303, headers={"Location": "/"})
    return HttpResponse("written")


@staff_page(Can.VIEW_TEAMS, recorded_read=True)
def peek(request):
    record(request.actor, Peeked())
    return HttpResponse("seen")


@staff_page(Can.RAISE_WALL)
def walls(request):
    return HttpResponse("walls")


@staff_page(Can.VIEW_TEAMS)
def denied(request):
    Team.objects.create(name="Tax")
    require(request.actor, Can.ASSIGN_ROLES)
    return HttpResponse("never")


@staff_page(Can.VIEW_TEAMS)
def broken_commit(request):
    """Leaves behind what the database refuses only at the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return HttpResponse("ok")


class Size(models.TextChoices):
    SMALL = "A", "Small"
    LARGE = "B", "Large"


def archive(actor, team):
    """A room's action: some it refuses."""
    require(actor, Can.MANAGE_TEAMS, team)
    if team.name.startswith("Locked"):
        raise ValidationError("A locked team stays.")
    Team.objects.filter(pk=team.pk).update(name=f"Old {team.name}")


def restore(actor, team):
    require(actor, Can.MANAGE_TEAMS, team)
    Team.objects.filter(pk=team.pk).update(name=team.name.removeprefix("Old "))


TEAMS = ListPage(
    name="trial.teams",
    title="Teams",
    counted=counted_as("%(n)s team", "%(n)s teams"),
    order="name",
    page_size=3,
    row_url="trial:item",
    columns=(
        Column(key="name", label="Name", kind=Kind.TITLE, sort="name"),
        Column(key="made", label="Made", path="created_at", kind=Kind.DATETIME, sort="created_at"),
        Column(key="size", label="Size", path="name", hidden=True, export=lambda row, value: len(value)),
    ),
    filters=(
        SearchFilter(paths=("name",)),
        ChoiceFilter(
            key="start",
            label="Begins with",
            choices=Size,
            narrows={"A": Q(name__startswith="A"), "B": Q(name__startswith="B")},
        ),
        DateFilter(key="made", label="Made", path="created_at", instants=True),
        RelatedFilter(
            key="self", label="Team", path="id", options=lambda actor: Team.objects.values_list("pk", "name")
        ),
    ),
    bulk=(
        BulkAction(
            key="archive",
            label="Archive",
            power=Can.MANAGE_TEAMS,
            run=archive,
            question="Archive them?",
            done=counted_as("%(n)s team archived", "%(n)s teams archived"),
            undo="restore",
        ),
        BulkAction(
            key="restore",
            label="Restore",
            power=Can.MANAGE_TEAMS,
            run=restore,
            question="Restore them?",
            done=counted_as("%(n)s team restored", "%(n)s teams restored"),
            offered=False,
        ),
    ),
    actions=(ListAction(label="New team", url_name="trial:write", power=Can.MANAGE_TEAMS, primary=True),),
    export="teams",
    empty=Empty(title="No teams yet", text="A team shares work."),
)


@staff_page(Can.VIEW_TEAMS)
def team_list(request):
    return list_page(request, TEAMS, Team.objects.visible_to(request.actor))


@staff_page(Can.VIEW_TEAMS)
def say(request):
    toast(request, "Archived <b>it</b>", "/undo")
    return HttpResponseRedirect("/w/acme/trial/list/", status=303)


def short(text):
    if len(text) > 10:
        raise ValidationError("At most ten letters.")
    return text


def make(actor, values):
    require(actor, Can.MANAGE_TEAMS)
    if values["name"] == "Refused":
        raise ValidationError("Not this one.")
    return Team.objects.create(name=values["name"]).pk


def unmake(actor, pk):
    team = Team.objects.get(pk=pk)
    require(actor, Can.MANAGE_TEAMS, team)
    if team.name == "Busy":
        raise ValidationError("It is in use.")
    team.delete()


def known(actor, keys):
    return {
        team.name.casefold(): Like(name=team.name, id=team.pk)
        for team in Team.objects.all()
        if team.name.casefold() in keys
    }


def read_teams(content):
    """`{"teams": [{"name": …, "size": 3, "people": […]}]}`"""
    try:
        return json.loads(content)["teams"]
    except (ValueError, KeyError, TypeError) as error:
        raise TableError("This is not a file of teams.") from error


def people(value):
    if not isinstance(value, list):
        raise ValidationError("A list of people.")
    return value


def rename(actor, values, pk):
    """Spells a team as the file does; nothing to do where it is spelled so."""
    require(actor, Can.MANAGE_TEAMS)
    team = Team.objects.get(pk=pk)
    if team.name == values["name"]:
        return None
    Team.objects.filter(pk=pk).update(name=values["name"])
    return pk


def unrename(actor, pk):
    require(actor, Can.MANAGE_TEAMS)
    Team.objects.filter(pk=pk).update(name=Team.objects.get(pk=pk).name.lower())


def beside(actor, values, pk):
    return make(actor, {"name": f"{values['name']} 2"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamTouched(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[dict[str, str]] = {"team_id": "policies.team"}
    sentence: ClassVar[str] = "touched a team"

    team_id: UUID


TEAM_IMPORT = declare_import(
    ImportPage(
        name="web.teams",
        title="Bring teams",
        about="A table of teams.",
        fields=(
            ImportField(name="name", label="Name", synonyms=("Mannschaft",), required=True, parse=short),
            ImportField(name="size", label="Size", parse=int),
            ImportField(name="people", label="People", take=people),
        ),
        power=Can.MANAGE_TEAMS,
        create=make,
        undo=unmake,
        counted=counted_as("%(n)s team", "%(n)s teams"),
        start_url="trial:import",
        one_url="trial:import_one",
        list_url="trial:list",
        key=lambda values: values["name"].casefold(),
        existing=known,
        kind="policies.team",
        readers=(Reader(key="json", label="Teams as JSON", suffixes=(".json",), read=read_teams),),
        conflicts=(
            Conflict(key="skip", label="Leave them"),
            Conflict(key="replace", label="Spell them as here", apply=rename, undo=unrename),
            Conflict(key="both", label="Keep both", apply=beside),
        ),
    )
)


@staff_page(Can.MANAGE_TEAMS)
def team_import(request, pk=None):
    return import_page(request, TEAM_IMPORT, pk)


@portal_page(Can.VIEW_PORTAL)
def portal(request):
    return HttpResponse(request.actor.domain)


@public_page("A test shows it to everybody.")
def public(request):
    return HttpResponse("public")


@person_page("A test asks who is there.")
def person(request):
    return HttpResponse(str(Membership.objects.count()) if hasattr(request, "actor") else request.user.email)


def undeclared(request):
    return HttpResponse("never")


staff = [
    path("teams/", teams, name="teams"),
    path("write/", write, name="write"),
    path("peek/", peek, name="peek"),
    path("walls/", walls, name="walls"),
    path("denied/", denied, name="denied"),
    path("list/", team_list, name="list"),
    path("say/", say, name="say"),
    path("import/", team_import, name="import"),
    path("import/<uuid:pk>/", team_import, name="import_one"),
    path("item/<uuid:pk>/", teams, name="item"),
]

urlpatterns = [
    path("", views.start, name="start"),
    path("w/<slug:firm>/", views.firm_start, name="workspace"),
    path("accounts/", include(identity_urls.urlpatterns)),
    path("w/<slug:firm>/trial/", include((staff, "trial"), namespace="trial")),
    path("w/<slug:firm>/undeclared/", undeclared),
    path("portal/<slug:firm>/trial/", include(([path("", portal, name="home")], "trial_portal"))),
    path("p/trial/", include(([path("", public, name="public")], "trial_public"))),
    path("me/", person),
]
