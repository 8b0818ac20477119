"""Every ethical wall of the firm in one place."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from firmament.kernel.policies.actions import lift_wall, raise_wall
from firmament.kernel.policies.decide import may
from firmament.kernel.policies.kernel_powers import Can as Powers
from firmament.kernel.policies.models import Team, Wall
from firmament.kernel.tenancy.models import FirmModel, Membership
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import as_uuid, searched
from firmament.kernel.web.links import link
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.modules.firms.forms.walls import LiftForm, WallForm
from firmament.modules.firms.reports import subjects
from firmament.modules.firms.reports.people import walls_for
from firmament.modules.firms.views.tabs import people_tabs
from firmament.ui.shapes import Crumb

KEPT_FROM = (subjects.CLIENT, subjects.ENGAGEMENT)


@require_safe
@staff_page(Powers.VIEW_WALLS)
def walls(request: FirmRequest) -> HttpResponse:
    """Walls that stand, as far as none of them keeps the reader away."""
    context = {
        "tabs": people_tabs(request, "firms:walls"),
        "walls": walls_for(request.actor),
        "may_raise": may(request.actor, Powers.RAISE_WALL),
    }
    return page(request, "firms/walls.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Powers.RAISE_WALL)
def wall_new(request: FirmRequest) -> HttpResponse:
    """Choose what the wall stands before; then who is kept away, and why."""
    kinds = [kind for kind in subjects.kinds() if kind.label in KEPT_FROM]
    label = request.GET.get("kind", kinds[0].label if kinds else "")
    pk = as_uuid(request.GET.get("subject", ""))
    subject = subjects.subject_of(request.actor, label, pk) if pk and label in KEPT_FROM else None
    if pk and subject is None:
        raise Http404
    if subject is not None:
        return _wall_form(request, label, subject)
    kind = next((kind for kind in kinds if kind.label == label), None)
    text = searched(request.GET.get("q", ""))
    found = subjects.choices(request.actor, kind, text) if kind else []
    context: dict[str, Any] = {
        "crumbs": _crumbs(),
        "kinds": [(one.label, one.title) for one in kinds],
        "kind": kind,
        "q": text,
        "found": found[: subjects.OFFERED],
        "more": len(found) > subjects.OFFERED,
    }
    return page(request, "firms/wall_choose.html#choices", context)


def _wall_form(request: FirmRequest, label: str, subject: FirmModel) -> HttpResponse:
    actor = request.actor
    members = Membership.objects.visible_to(actor).filter(state=Membership.State.ACTIVE)
    form = WallForm(
        request.POST if request.method == "POST" else None,
        members=members.select_related("user").order_by("user__name"),
        teams=Team.objects.visible_to(actor).order_by("name"),
    )
    if form.is_bound and form.is_valid():
        went, _n = form.carry_out(
            lambda: raise_wall(
                actor,
                client_id=subject.pk if label == subjects.CLIENT else None,
                engagement_id=subject.pk if label == subjects.ENGAGEMENT else None,
                **form.cleaned_data,
            )
        )
        if went:
            toast(request, _("The wall stands from this moment on."))
            return HttpResponseRedirect(link("firms:walls"), status=303)
    context = {
        "form": form,
        "title": _("Raise an ethical wall"),
        "subject": str(subject),
        "submit": _("Raise the wall"),
        "crumbs": _crumbs(),
        "back_url": link("firms:walls"),
    }
    return page(request, "firms/wall_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Powers.RAISE_WALL)
def wall_lift(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Take a wall down, for a reason that stays with it."""
    rows = Wall.objects.visible_to(request.actor).standing().select_related("membership__user", "team")
    wall: Wall = get_object_or_404(rows, pk=pk)
    form = LiftForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        went, _n = form.carry_out(lambda: lift_wall(request.actor, wall, reason=form.cleaned_data["reason"]))
        if went:
            toast(request, _("The wall is down."))
            return HttpResponseRedirect(link("firms:walls"), status=303)
    context = {
        "form": form,
        "title": _("Lift the wall"),
        "wall": wall,
        "who": str(wall.membership or wall.team),
        "subject": subjects.wall_subjects(request.actor, [wall])[wall.pk],
        "submit": _("Lift the wall"),
        "crumbs": _crumbs(),
        "back_url": link("firms:walls"),
    }
    return page(request, "firms/wall_lift.html", context, status=422 if form.errors else 200)


def _crumbs() -> tuple[Crumb, ...]:
    return (
        Crumb(label=_("People"), url=link("firms:people")),
        Crumb(label=_("Ethical walls"), url=link("firms:walls")),
    )
