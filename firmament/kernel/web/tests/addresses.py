"""A house with a few rooms of its own, so that the floor can be tested before and without any other."""

from dataclasses import dataclass
from typing import ClassVar

from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import include, path

from firmament.kernel.identity import urls as identity_urls
from firmament.kernel.ledger.events import Category, Event
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web import errors, views
from firmament.kernel.web.entrances import person_page, portal_page, public_page, staff_page
from firmament.kernel.web.page import page
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


@staff_page(Can.VIEW_TEAMS)
def drawn(request):
    if request.GET.get("toast"):
        toast(request, "Archived <b>it</b>", "/undo")
    return page(request, "web/tests/drawn.html#rows", {"rows": ["one", "two"]})


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
    path("drawn/", drawn, name="drawn"),
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
