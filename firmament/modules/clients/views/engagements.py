"""A piece of agreed work: its page, its form, its steps."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from firmament.kernel.ledger.timeline import activity
from firmament.kernel.policies import kernel_powers
from firmament.kernel.policies.decide import allows, may
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.links import link
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.modules.clients.actions.engagements import (
    archive_engagement,
    cancel_engagement,
    complete_engagement,
    create_engagement,
    discard_draft,
    edit_engagement,
    pause_engagement,
    reopen_engagement,
    resume_engagement,
    start_engagement,
)
from firmament.modules.clients.forms.clients import EngagementForm, ReasonForm
from firmament.modules.clients.models import Client, Engagement
from firmament.modules.clients.policies import Can
from firmament.modules.clients.views.lists import ENGAGEMENT_TONES
from firmament.modules.clients.views.loading import client_of, crumbs_to, engagement_of, go, say_refusal

PLAIN: dict[str, Callable[..., None]] = {
    "start": start_engagement,
    "resume": resume_engagement,
    "complete": complete_engagement,
    "archive": archive_engagement,
}
WITH_REASON: dict[str, Callable[..., None]] = {
    "pause": pause_engagement,
    "cancel": cancel_engagement,
    "reopen": reopen_engagement,
}
# What the page offers in each state, the likeliest first.
OFFERED: dict[str, tuple[str, ...]] = {
    "draft": ("start",),
    "active": ("complete", "pause", "cancel"),
    "paused": ("resume", "cancel"),
    "completed": ("archive", "reopen"),
    "canceled": ("archive", "reopen"),
    "archived": ("reopen",),
}


@staff_page(Can.VIEW_ENGAGEMENTS)
def engagement_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The engagement: what was agreed, how it stands, what happened."""
    return _detail(request, engagement_of(request, pk))


def _detail(
    request: FirmRequest,
    engagement: Engagement,
    *,
    asked: str = "",
    form: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = request.actor
    editable = allows(actor, Can.EDIT_ENGAGEMENT, engagement)
    steps = [
        step
        for step in OFFERED[engagement.state]
        if (allows(actor, Can.REOPEN_ENGAGEMENT, engagement) if step == "reopen" else editable)
    ]
    context: dict[str, Any] = {
        "engagement": engagement,
        "client": engagement.client,
        "tone": ENGAGEMENT_TONES[engagement.state],
        "crumbs": crumbs_to(engagement.client),
        "plain_steps": [_step(engagement, step) for step in steps if step in PLAIN],
        "reason_steps": [
            _step(engagement, step) | {"form": form if step == asked and form else ReasonForm(prefix=step)}
            for step in steps
            if step in WITH_REASON
        ],
        "asked": asked,
        "may_edit": editable and not engagement.has_ended,
        "may_wall": may(actor, kernel_powers.Can.RAISE_WALL),
        "may_discard": editable and engagement.state == Engagement.State.DRAFT,
        "activity": activity("clients.engagement", engagement.pk, limit=30),
    }
    return page(request, "clients/engagement.html", context, status=status)


def _step(engagement: Engagement, step: str) -> dict[str, Any]:
    words = {
        "start": (_("Start"), _("The client has agreed, and the work begins."), "player-play"),
        "resume": (_("Resume"), _("The work goes on."), "player-play"),
        "complete": (_("Complete"), _("Everything agreed has been done."), "check"),
        "archive": (_("Archive"), _("Out of the way; it can still be read."), "archive"),
        "pause": (_("Pause"), _("The work waits. Say what for."), "player-pause"),
        "cancel": (_("Cancel"), _("The work will not be done. Say why."), "ban"),
        "reopen": (_("Reopen"), _("The work goes on after all. Say why."), "rotate"),
    }
    label, about, icon = words[step]
    url = link("clients:engagement_step", pk=engagement.pk, step=step)
    return {"key": step, "label": label, "about": about, "icon": icon, "url": url, "dialog": f"{step}-dialog"}


@staff_page(Can.CREATE_ENGAGEMENT)
def engagement_create(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Draft a piece of work for a client."""
    client = client_of(request, pk)
    if request.method != "POST":
        form = EngagementForm(initial={"lead": client.owner_id})
        return _form_page(request, client, form, title=_("New engagement"))
    form = EngagementForm(request.POST)
    if form.is_valid():
        went, made = form.carry_out(lambda: create_engagement(request.actor, client, **form.cleaned_data))
        if went and made is not None:
            toast(request, _("“%(title)s” was drafted.") % {"title": made.title})
            return go("clients:engagement", pk=made.pk)
    return _form_page(request, client, form, title=_("New engagement"), status=422)


@staff_page(Can.EDIT_ENGAGEMENT)
def engagement_edit(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Change what was written about it."""
    engagement = engagement_of(request, pk)
    title = _("Change engagement")
    if request.method != "POST":
        form = EngagementForm(initial=EngagementForm.values_of(engagement))
        return _form_page(request, engagement.client, form, title=title, engagement=engagement)
    form = EngagementForm(request.POST)
    if form.is_valid():
        went, _n = form.carry_out(lambda: edit_engagement(request.actor, engagement, **form.cleaned_data))
        if went:
            toast(request, _("Saved."))
            return go("clients:engagement", pk=engagement.pk)
    return _form_page(request, engagement.client, form, title=title, engagement=engagement, status=422)


def _form_page(
    request: FirmRequest,
    client: Client,
    form: EngagementForm,
    *,
    title: str,
    engagement: Engagement | None = None,
    status: int = 200,
) -> HttpResponse:
    back = link("clients:client", pk=client.pk)
    context = {
        "form": form,
        "title": title,
        "crumbs": crumbs_to(client),
        "submit": _("Save engagement"),
        "back_url": link("clients:engagement", pk=engagement.pk) if engagement else back,
    }
    return page(request, "clients/engagement_form.html", context, status=status)


@require_POST
@staff_page(Can.VIEW_ENGAGEMENTS)
def engagement_step(request: FirmRequest, pk: UUID, step: str) -> HttpResponse:
    """One transition; pausing, canceling and reopening take a reason."""
    engagement = engagement_of(request, pk)
    if step in WITH_REASON:
        form = ReasonForm(request.POST, prefix=step)
        if not form.is_valid():
            return _detail(request, engagement, asked=step, form=form, status=422)
        reason = form.cleaned_data["reason"]
        went, _n = form.carry_out(lambda: WITH_REASON[step](request.actor, engagement, reason=reason))
        if not went:
            return _detail(request, engagement, asked=step, form=form, status=422)
    elif step in PLAIN:
        try:
            PLAIN[step](request.actor, engagement)
        except ValidationError as refused:
            say_refusal(request, refused)
            return go("clients:engagement", pk=pk)
    else:
        raise Http404
    words = _("“%(title)s” is now: %(state)s.")
    toast(request, words % {"title": engagement.title, "state": engagement.get_state_display()})
    return go("clients:engagement", pk=pk)


@require_POST
@staff_page(Can.EDIT_ENGAGEMENT)
def engagement_discard(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Away with a draft."""
    engagement = engagement_of(request, pk)
    try:
        discard_draft(request.actor, engagement)
    except ValidationError as refused:
        say_refusal(request, refused)
        return go("clients:engagement", pk=pk)
    toast(request, _("The draft “%(title)s” is gone.") % {"title": engagement.title})
    return go("clients:client", pk=engagement.client_id)
