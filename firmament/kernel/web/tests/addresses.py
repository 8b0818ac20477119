"""A house with a few rooms of its own, so that the floor can be tested before and without any other."""

from dataclasses import dataclass
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import include, path
from django.utils.translation import ngettext

from firmament.kernel.files import urls as files_urls
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
from firmament.kernel.web.dashboards import Aspect, Chart, Dashboard, Stat, Table, dashboard
from firmament.kernel.web.entrances import person_page, portal_page, public_page, staff_page
from firmament.kernel.web.figures import Figure, Line, Row, Rows, Series
from firmament.kernel.web.filters import ChoiceFilter, DateFilter, RelatedFilter, SearchFilter
from firmament.kernel.web.lists import Empty, ListAction, ListPage, list_page
from firmament.kernel.web.tests.importing import team_import
from firmament.kernel.web.toasts import toast

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
    counted=lambda n: ngettext("%(n)s team", "%(n)s teams", n) % {"n": n},
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
            done=lambda n: ngettext("%(n)s team archived", "%(n)s teams archived", n) % {"n": n},
            undo="restore",
        ),
        BulkAction(
            key="restore",
            label="Restore",
            power=Can.MANAGE_TEAMS,
            run=restore,
            question="Restore them?",
            done=lambda n: ngettext("%(n)s team restored", "%(n)s teams restored", n) % {"n": n},
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


def teams_made(actor, period):
    """By name; the first letter of a team decides what becomes of its report."""
    made = Team.objects.visible_to(actor).filter(created_at__gte=period.begins, created_at__lt=period.ends)
    return list(made.order_by("name").values_list("name", flat=True))


def broken(actor, period):
    """Fails as a report may: in the database, which takes the transaction with it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


def lengths(names, period):
    return Series(
        axis="Team",
        labels=tuple(names),
        lines=(
            Line(name="Letters", values=tuple(map(len, names)), urls=tuple(f"/x/{n}" for n in names)),
            Line(name="Half", values=tuple(len(n) / 2 for n in names)),
        ),
    )


BOARD = Dashboard(
    name="trial.board",
    title="Teams",
    url_name="trial:board",
    tabs=(
        Aspect(label="All", url_name="trial:list", power=Can.VIEW_TEAMS),
        Aspect(label="Board", url_name="trial:board", power=Can.VIEW_TEAMS),
        Aspect(label="Hidden", url_name="trial:walls", power=Can.RAISE_WALL),
    ),
    tiles=(
        Stat(
            key="made",
            label="Made",
            report=teams_made,
            shape=lambda names, period: {"made": Figure(value=len(names), url="/made/")},
            better="more",
        ),
        Stat(key="broken", label="Broken", report=broken),
        Chart(
            key="letters",
            label="Letters of teams",
            kind="bar",
            unit="letters",
            report=teams_made,
            shape=lengths,
            finding=lambda series: f"{series.labels[0]} comes first",
            empty="No team was made",
        ),
        Chart(key="crash", label="A chart that fails", kind="line", report=broken, finding=str),
        Table(
            key="names",
            label="Names",
            report=teams_made,
            shape=lambda names, period: Rows(
                head=("Name", "Letters"), rows=tuple(Row(cells=(n, len(n)), url=f"/x/{n}") for n in names)
            ),
        ),
    ),
)


@staff_page(Can.VIEW_TEAMS)
def board(request):
    return dashboard(request, BOARD)


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
    path("board/", board, name="board"),
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
    *files_urls.urlpatterns,
]
