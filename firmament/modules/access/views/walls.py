"""Every ethical wall of the firm in one place."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from firmament.kernel.policies.actions import lift_wall, raise_wall
from firmament.kernel.policies.decide import may
from firmament.kernel.policies.kernel_powers import Can as Powers
from firmament.kernel.policies.models import Team, Wall
from firmament.kernel.policies.reviews import review_wall, review_walls
from firmament.kernel.tenancy.models import FirmModel, Membership
from firmament.kernel.web.effects import weigh, weighing_page
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import as_uuid, searched
from firmament.kernel.web.forms import sent
from firmament.kernel.web.links import link
from firmament.kernel.web.page import form_page, page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.modules.access.forms.walls import LiftForm, ReviewForm, ReviewsForm, WallForm
from firmament.modules.access.reports import subjects
from firmament.modules.access.reports.walls import walls_for
from firmament.modules.access.views.tabs import access_tabs
from firmament.ui.shapes import Crumb

KEPT_FROM = (subjects.CLIENT, subjects.ENGAGEMENT)


@require_safe
@staff_page(Powers.VIEW_WALLS)
def walls(request: FirmRequest) -> HttpResponse:
    """Walls that stand, as far as none of them keeps the reader away."""
    lines = walls_for(request.actor)
    due = sorted((line for line in lines if line.due), key=lambda line: str(line.wall.review_on))
    context = {
        "tabs": access_tabs(request, "access:walls"),
        "walls": lines,
        "due": due,
        "may_raise": may(request.actor, Powers.RAISE_WALL),
    }
    return page(request, "access/walls.html", context)


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
    return page(request, "access/wall_choose.html#choices", context)


def _wall_form(request: FirmRequest, label: str, subject: FirmModel) -> HttpResponse:
    actor = request.actor
    members = Membership.objects.visible_to(actor).filter(state=Membership.State.ACTIVE)
    form = WallForm(
        sent(request),
        members=members.select_related("user").order_by("user__name"),
        teams=Team.objects.visible_to(actor).standing().order_by("name"),
    )
    weighed = None
    if form.is_bound and form.is_valid():
        weighed = weigh(
            request,
            form,
            lambda: raise_wall(
                actor,
                client_id=subject.pk if label == subjects.CLIENT else None,
                engagement_id=subject.pk if label == subjects.ENGAGEMENT else None,
                **form.cleaned_data,
            ),
        )
        if weighed.done:
            toast(request, _("The wall stands from this moment on."))
            return HttpResponseRedirect(link("access:walls"), status=303)
    return weighing_page(
        request,
        form,
        weighed,
        title=_("Raise an ethical wall"),
        submit=_("Raise the wall"),
        back_url=link("access:walls"),
        crumbs=_crumbs(),
        template="access/wall_form.html",
        subject=str(subject),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Powers.RAISE_WALL)
def wall_lift(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Take a wall down, for a reason that stays with it."""
    wall = _wall_of(request, pk)
    form, weighed = LiftForm(sent(request)), None
    if form.is_bound and form.is_valid():
        weighed = weigh(
            request, form, lambda: lift_wall(request.actor, wall, reason=form.cleaned_data["reason"])
        )
        if weighed.done:
            toast(request, _("The wall is down."))
            return HttpResponseRedirect(link("access:walls"), status=303)
    return weighing_page(
        request,
        form,
        weighed,
        title=_("Lift the wall"),
        submit=_("Lift the wall"),
        back_url=link("access:walls"),
        crumbs=_crumbs(),
        template="access/wall_lift.html",
        **_in_words(request, wall),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Powers.RAISE_WALL)
def wall_review(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Say why a wall stands on, and when somebody looks again."""
    wall = _wall_of(request, pk)
    form = ReviewForm(sent(request))
    if form.is_bound and form.is_valid():
        went, _n = form.carry_out(lambda: review_wall(request.actor, wall, **form.cleaned_data))
        if went:
            toast(request, _("The wall stands on."))
            return HttpResponseRedirect(link("access:walls"), status=303)
    return form_page(
        request,
        form,
        title=_("Look at the wall again"),
        submit=_("It stands on"),
        back_url=link("access:walls"),
        crumbs=_crumbs(),
        template="access/wall_review.html",
        **_in_words(request, wall),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Powers.RAISE_WALL)
def walls_review(request: FirmRequest) -> HttpResponse:
    """Say of several walls at once why they stand on; the ones that are due are chosen already."""
    lines = {str(line.wall.pk): line for line in walls_for(request.actor)}
    form = ReviewsForm(
        sent(request),
        walls=[(pk, line.in_words) for pk, line in lines.items()],
        due=[pk for pk, line in lines.items() if line.due],
    )
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        chosen = [lines[pk].wall for pk in values.pop("walls")]
        went, n = form.carry_out(lambda: review_walls(request.actor, chosen, **values))
        if went:
            toast(request, ngettext("The wall stands on.", "%(n)s walls stand on.", n or 0) % {"n": n})
            return HttpResponseRedirect(link("access:walls"), status=303)
    return form_page(
        request,
        form,
        title=_("Look at several walls again"),
        submit=_("They stand on"),
        back_url=link("access:walls"),
        crumbs=_crumbs(),
    )


def _wall_of(request: FirmRequest, pk: UUID) -> Wall:
    rows = Wall.objects.visible_to(request.actor).standing().select_related("membership__user", "team")
    wall: Wall = get_object_or_404(rows, pk=pk)
    return wall


def _in_words(request: FirmRequest, wall: Wall) -> dict[str, Any]:
    """What the pages about one wall say of it."""
    return {
        "wall": wall,
        "who": str(wall.membership or wall.team),
        "subject": subjects.wall_subjects(request.actor, [wall])[wall.pk],
    }


def _crumbs() -> tuple[Crumb, ...]:
    return (
        Crumb(label=_("Access"), url=link("access:roles")),
        Crumb(label=_("Ethical walls"), url=link("access:walls")),
    )
