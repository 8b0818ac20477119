"""Teams: members who share work, and stand behind the same walls."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from firmament.kernel.policies.actions import add_to_team, create_team, remove_from_team
from firmament.kernel.policies.decide import may
from firmament.kernel.policies.kernel_powers import Can as Powers
from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.links import link
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.modules.firms.forms.teams import MembersForm, TeamForm
from firmament.modules.firms.reports.teams import teams_for
from firmament.modules.firms.views.people import member_of
from firmament.modules.firms.views.tabs import people_tabs
from firmament.ui.shapes import Crumb


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Powers.VIEW_TEAMS)
def teams(request: FirmRequest) -> HttpResponse:
    """Every team with who is in it; POST makes one."""
    form = TeamForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        went, team = form.carry_out(lambda: create_team(request.actor, name=form.cleaned_data["name"]))
        if went and team is not None:
            toast(request, _("The team %(name)s stands. Put people in it.") % {"name": team.name})
            return HttpResponseRedirect(link("firms:team", pk=team.pk), status=303)
    context = {
        "tabs": people_tabs(request, "firms:teams"),
        "teams": teams_for(request.actor),
        "form": form,
        "may_manage": may(request.actor, Powers.MANAGE_TEAMS),
    }
    return page(request, "firms/teams.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Powers.VIEW_TEAMS)
def team(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Who is in a team; POST puts somebody in."""
    rows = Team.objects.visible_to(request.actor)
    found: Team = get_object_or_404(rows, pk=pk)
    line = next(line for line in teams_for(request.actor) if line.team.pk == found.pk)
    outside = (
        Membership.objects.visible_to(request.actor)
        .filter(state=Membership.State.ACTIVE)
        .exclude(pk__in=[member.pk for member in line.members])
        .select_related("user")
        .order_by("user__name")
    )
    form = MembersForm(request.POST if request.method == "POST" else None, members=outside)
    if form.is_bound and form.is_valid():
        member = form.cleaned_data["member"]
        add_to_team(request.actor, found, member)
        toast(request, _("%(name)s is in the team.") % {"name": member.user.name})
        return HttpResponseRedirect(link("firms:team", pk=found.pk), status=303)
    context = {
        "line": line,
        "form": form,
        "crumbs": (
            Crumb(label=_("People"), url=link("firms:people")),
            Crumb(label=_("Teams"), url=link("firms:teams")),
        ),
        "may_manage": may(request.actor, Powers.MANAGE_TEAMS),
    }
    return page(request, "firms/team.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page(Powers.MANAGE_TEAMS)
def team_leave(request: FirmRequest, pk: UUID, member: UUID) -> HttpResponse:
    """Take somebody out."""
    found: Team = get_object_or_404(Team.objects.visible_to(request.actor), pk=pk)
    who = member_of(request, member)
    remove_from_team(request.actor, found, who)
    toast(request, _("%(name)s is no longer in the team.") % {"name": who.user.name})
    return HttpResponseRedirect(link("firms:team", pk=found.pk), status=303)
