"""Ethical walls before a client or one of its engagements, raised and lifted where the client is."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from firmament.kernel.policies import kernel_powers
from firmament.kernel.policies.actions import lift_wall, raise_wall
from firmament.kernel.policies.models import Wall
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.links import link
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.modules.clients.forms.access import WallForm
from firmament.modules.clients.forms.clients import ReasonForm
from firmament.modules.clients.models import Client, Engagement
from firmament.modules.clients.views.loading import client_of, crumbs_to, engagement_of, go

Powers = kernel_powers.Can


@staff_page(Powers.RAISE_WALL)
def client_wall(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Keep somebody from a client and everything that hangs on it."""
    client = client_of(request, pk)
    return _raise(request, client, client_id=client.pk, engagement=None)


@staff_page(Powers.RAISE_WALL)
def engagement_wall(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Keep somebody from one engagement; the client stays in sight."""
    engagement = engagement_of(request, pk)
    return _raise(request, engagement.client, client_id=None, engagement=engagement)


def _raise(
    request: FirmRequest, client: Client, *, client_id: UUID | None, engagement: Engagement | None
) -> HttpResponse:
    if request.method != "POST":
        return _form_page(request, client, engagement, WallForm())
    form = WallForm(request.POST)
    if form.is_valid():
        engagement_id = engagement.pk if engagement else None
        went, _wall = form.carry_out(
            lambda: raise_wall(
                request.actor, client_id=client_id, engagement_id=engagement_id, **form.cleaned_data
            )
        )
        if went:
            toast(request, _("The wall stands from this moment on."))
            return go("clients:client", pk=client.pk)
    return _form_page(request, client, engagement, form, status=422)


def _form_page(
    request: FirmRequest, client: Client, engagement: Engagement | None, form: WallForm, status: int = 200
) -> HttpResponse:
    back = (
        link("clients:engagement", pk=engagement.pk) if engagement else link("clients:client", pk=client.pk)
    )
    context = {
        "form": form,
        "title": _("Raise an ethical wall"),
        "subject": engagement.title if engagement else client.name,
        "crumbs": crumbs_to(client),
        "submit": _("Raise the wall"),
        "back_url": back,
    }
    return page(request, "clients/wall_form.html", context, status=status)


@staff_page(Powers.RAISE_WALL)
def wall_lift(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Take a wall down, for a reason."""
    rows = Wall.objects.visible_to(request.actor).standing().select_related("membership__user", "team")
    wall: Wall = get_object_or_404(rows, pk=pk)
    if wall.engagement_id:
        client = engagement_of(request, wall.engagement_id).client
    else:
        assert wall.client_id is not None
        client = client_of(request, wall.client_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        went, _n = form.carry_out(lambda: lift_wall(request.actor, wall, reason=reason))
        if went:
            toast(request, _("The wall is down."))
            return go("clients:client", pk=client.pk)
    context = {
        "form": form,
        "title": _("Lift the wall"),
        "wall": wall,
        "who": str(wall.membership or wall.team),
        "crumbs": crumbs_to(client),
        "submit": _("Lift the wall"),
        "back_url": link("clients:client", pk=client.pk),
    }
    return page(request, "clients/wall_lift.html", context, status=422 if form.is_bound else 200)
