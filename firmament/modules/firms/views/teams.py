"""Teams: members who share work, and stand behind the same walls."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.formats import localize
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from firmament.kernel.policies.actions import (
    add_to_team,
    archive_team,
    create_team,
    remove_from_team,
    rename_team,
    restore_team,
)
from firmament.kernel.policies.decide import may
from firmament.kernel.policies.gains import Gain, gains
from firmament.kernel.policies.kernel_powers import Can as Powers
from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.effects import ConfirmForm, Weighed, weigh, weighing_page
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.forms import sent
from firmament.kernel.web.links import go, link
from firmament.kernel.web.page import form_page, page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import carry_out, toast
from firmament.modules.firms.forms.teams import MembersForm, TeamForm
from firmament.modules.firms.reports.teams import members_of, team_facts, teams_for
from firmament.modules.firms.views.people import member_of
from firmament.modules.firms.views.tabs import people_tabs
from firmament.ui.shapes import Crumb


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Powers.VIEW_TEAMS)
def teams(request: FirmRequest) -> HttpResponse:
    """Every team with who is in it; POST makes one."""
    form = TeamForm(sent(request))
    if form.is_bound and form.is_valid():
        went, team = form.carry_out(lambda: create_team(request.actor, name=form.cleaned_data["name"]))
        if went and team is not None:
            toast(request, _("The team %(name)s stands. Put people in it.") % {"name": team.name})
            return go("firms:team", pk=team.pk)
    context = {
        "tabs": people_tabs(request, "firms:teams"),
        "teams": teams_for(request.actor),
        "archived": teams_for(request.actor, archived=True),
        "form": form,
        "may_manage": may(request.actor, Powers.MANAGE_TEAMS),
    }
    return page(request, "firms/teams.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Powers.VIEW_TEAMS)
def team(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Who is in a team and what that gives them; POST puts somebody in."""
    found = team_of(request, pk)
    members = members_of(request.actor, found)
    outside = (
        Membership.objects.visible_to(request.actor)
        .filter(state=Membership.State.ACTIVE)
        .exclude(pk__in=[member.pk for member in members])
        .select_related("user")
        .order_by("user__name", "pk")
    )
    form = MembersForm(sent(request), members=outside)
    if form.is_bound and form.is_valid():
        who = form.cleaned_data["member"]
        weighed = weigh(request, form, lambda: add_to_team(request.actor, found, who))
        if weighed.done:
            toast(request, _in_the_team(found, who))
            return go("firms:team", pk=found.pk)
        if weighed.effect is not None:
            title = _("Put %(name)s in the team %(team)s") % {"name": who.user.name, "team": found.name}
            return _confirm(request, found, form, weighed, title=title, submit=_("Put in"))
    facts = team_facts(request.actor, found)
    context = {
        "team": found,
        "members": members,
        "facts": facts,
        "given": in_words(facts.gains),
        "form": form,
        "crumbs": _crumbs(),
        "may_manage": may(request.actor, Powers.MANAGE_TEAMS),
        "everybody_in": not outside,
    }
    return page(request, "firms/team.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Powers.MANAGE_TEAMS)
def team_rename(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Call it something else."""
    found = team_of(request, pk)
    form = TeamForm(sent(request), initial={"name": found.name})
    if form.is_bound and form.is_valid():
        went, named = form.carry_out(lambda: rename_team(request.actor, found, **form.cleaned_data))
        if went and named is not None:
            toast(request, _("The team is called %(name)s now.") % {"name": named.name})
            return go("firms:team", pk=found.pk)
    return form_page(
        request,
        form,
        title=_("Rename the team"),
        submit=_("Save"),
        back_url=link("firms:team", pk=found.pk),
        crumbs=(*_crumbs(), Crumb(label=found.name, url=link("firms:team", pk=found.pk))),
    )


@require_POST
@staff_page(Powers.MANAGE_TEAMS)
def team_archive(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Put it away, with a way back."""
    return _carried_out(
        request, pk, archive_team, said=_("The team %(name)s is archived."), undo="firms:team_restore"
    )


@require_POST
@staff_page(Powers.MANAGE_TEAMS)
def team_restore(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Bring it back."""
    return _carried_out(request, pk, restore_team, said=_("The team %(name)s is back."))


@require_POST
@staff_page(Powers.MANAGE_TEAMS)
def team_leave(request: FirmRequest, pk: UUID, member: UUID) -> HttpResponse:
    """Take somebody out."""
    found = team_of(request, pk)
    who = member_of(request, member)
    form = ConfirmForm(request.POST)
    weighed = weigh(request, form, lambda: remove_from_team(request.actor, found, who))
    if weighed.done:
        toast(request, _("%(name)s is no longer in the team.") % {"name": who.user.name})
        return go("firms:team", pk=found.pk)
    return _confirm(
        request,
        found,
        form,
        weighed,
        title=_("Take %(name)s out of the team %(team)s") % {"name": who.user.name, "team": found.name},
        submit=_("Take out"),
    )


def _confirm(
    request: FirmRequest,
    found: Team,
    form: ConfirmForm | MembersForm,
    weighed: "Weighed[Any]",
    *,
    title: str,
    submit: str,
) -> HttpResponse:
    return weighing_page(
        request,
        form,
        weighed,
        title=title,
        submit=submit,
        back_url=link("firms:team", pk=found.pk),
        crumbs=(*_crumbs(), Crumb(label=found.name, url=link("firms:team", pk=found.pk))),
    )


def team_of(request: FirmRequest, pk: UUID) -> Team:
    """The team; 404 where there is none to see."""
    found: Team = get_object_or_404(Team.objects.visible_to(request.actor), pk=pk)
    return found


def in_words(gained: tuple[Gain, ...]) -> str:
    """ "2 snippets and 1 saved view"; nothing for nothing."""
    return get_text_list([f"{localize(gain.count)} {gain.what}" for gain in gained], _("and"))


def _in_the_team(found: Team, who: Membership) -> str:
    given = in_words(gains(found, who))
    if given:
        return _("%(name)s is in the team, and gets %(given)s by it.") % {
            "name": who.user.name,
            "given": given,
        }
    return _("%(name)s is in the team.") % {"name": who.user.name}


def _carried_out(
    request: FirmRequest, pk: UUID, act: Callable[[Actor, Team], Team], *, said: str, undo: str = ""
) -> HttpResponse:
    found = team_of(request, pk)
    back = link(undo, pk=found.pk) if undo else None
    carry_out(request, lambda: act(request.actor, found), lambda: said % {"name": found.name}, back)
    return go("firms:team", pk=found.pk)


def _crumbs() -> tuple[Any, ...]:
    return (
        Crumb(label=_("People"), url=link("firms:people")),
        Crumb(label=_("Teams"), url=link("firms:teams")),
    )
