"""A piece of agreed work: the list, its page, its form, its steps."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from firmament.kernel.ledger.timeline import activity
from firmament.kernel.policies import kernel_powers
from firmament.kernel.policies.decide import allows, may
from firmament.kernel.web.cells import Column, Kind
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import ChoiceFilter, DateFilter, RelatedFilter, SearchFilter
from firmament.kernel.web.forms import keep_wording, offer_wording, sent
from firmament.kernel.web.links import go, link
from firmament.kernel.web.lists import Empty, ListPage, list_page
from firmament.kernel.web.page import form_page, page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import carry_out, toast
from firmament.modules.clients.public import crumbs_to, owner_choices, visible_client
from firmament.modules.engagements.actions import (
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
from firmament.modules.engagements.forms import EngagementForm, ReasonForm
from firmament.modules.engagements.models import Engagement
from firmament.modules.engagements.policies import Can
from firmament.modules.engagements.reports import TONES
from firmament.ui.readable import number

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


def counted_engagements(count: int) -> str:
    """ "12 engagements"."""
    return ngettext("%(n)s engagement", "%(n)s engagements", count) % {"n": number(count)}


ENGAGEMENTS = ListPage(
    name="engagements.engagements",
    title=gettext_lazy("Engagements"),
    counted=counted_engagements,
    row_url="engagements:engagement",
    row_name="title",
    order="-created",
    columns=(
        Column(key="title", label=gettext_lazy("Title"), kind=Kind.TITLE, sub="service_line"),
        Column(key="client", label=gettext_lazy("Client"), path="client__name", sort="client__name_folded"),
        Column(
            key="state", label=gettext_lazy("State"), kind=Kind.STATUS, choices=Engagement.State, tones=TONES
        ),
        Column(
            key="lead", label=gettext_lazy("Led by"), path="lead__user__name", kind=Kind.PERSON, priority=2
        ),
        Column(
            key="starts_on", label=gettext_lazy("Starts on"), kind=Kind.DATE, sort="starts_on", priority=3
        ),
        Column(key="ends_on", label=gettext_lazy("Ends on"), kind=Kind.DATE, sort="ends_on", priority=3),
        Column(
            key="created",
            label=gettext_lazy("Drafted"),
            path="created_at",
            kind=Kind.DATE,
            sort="created_at",
            hidden=True,
        ),
    ),
    filters=(
        SearchFilter(
            paths=("title", "service_line", "client__name"), label=gettext_lazy("Search titles and clients")
        ),
        ChoiceFilter(key="state", label=gettext_lazy("State"), choices=Engagement.State),
        RelatedFilter(
            key="lead",
            label=gettext_lazy("Led by"),
            path="lead_id",
            options=owner_choices,
            none_label=gettext_lazy("Nobody"),
        ),
        DateFilter(key="ends", label=gettext_lazy("Ends"), path="ends_on"),
    ),
    export="engagements",
    # Its rows name the clients: whoever may not carry their list out of the house carries none of this out either.
    export_power="clients.export",
    empty=Empty(
        title=gettext_lazy("No engagements yet"),
        text=gettext_lazy(
            "An engagement is a piece of work agreed with a client. Draft one on the client’s page."
        ),
        icon="briefcase",
    ),
)


@staff_page(Can.VIEW)
def engagement_list(request: FirmRequest) -> HttpResponseBase:
    """Every engagement of clients outside the bin."""
    return list_page(request, ENGAGEMENTS, Engagement.objects.visible_to(request.actor))


def engagement_of(request: FirmRequest, pk: UUID) -> Engagement:
    """The engagement, or 404."""
    rows = Engagement.objects.visible_to(request.actor).select_related("client", "lead__user")
    engagement: Engagement = get_object_or_404(rows, pk=pk)
    return engagement


@staff_page(Can.VIEW)
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
    editable = allows(actor, Can.EDIT, engagement)
    steps = [
        step
        for step in OFFERED[engagement.state]
        if (allows(actor, Can.REOPEN, engagement) if step == "reopen" else editable)
    ]
    context: dict[str, Any] = {
        "engagement": engagement,
        "client": engagement.client,
        "tone": TONES[engagement.state],
        "crumbs": crumbs_to(engagement.client_id, engagement.client.name),
        "plain_steps": [_step(engagement, step) for step in steps if step in PLAIN],
        "reason_steps": [
            _step(engagement, step)
            | {"form": form if step == asked and form else _reason_form(request, engagement, step)}
            for step in steps
            if step in WITH_REASON
        ],
        "asked": asked,
        "may_edit": editable and not engagement.has_ended,
        "may_wall": may(actor, kernel_powers.Can.RAISE_WALL),
        "may_discard": editable and engagement.state == Engagement.State.DRAFT,
        "activity": activity("engagements.engagement", engagement.pk, limit=30),
    }
    return page(request, "engagements/engagement.html", context, status=status)


def _reason_form(request: FirmRequest, engagement: Engagement, step: str, data: Any = None) -> ReasonForm:
    form = ReasonForm(data, prefix=step)
    about = {"client": engagement.client_id, "engagement": engagement.pk}
    offer_wording(form, "reason", request.actor, channel="note", place="engagements.reason", **about)
    return form


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
    url = link("engagements:engagement_step", pk=engagement.pk, step=step)
    return {"key": step, "label": label, "about": about, "icon": icon, "url": url, "dialog": f"{step}-dialog"}


@staff_page(Can.CREATE)
def engagement_create(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Draft a piece of work for a client."""
    client = visible_client(request.actor, pk)
    if client is None:
        raise Http404
    form = EngagementForm(sent(request), initial={"lead": client.owner_id})
    if form.is_valid():
        went, made = form.carry_out(lambda: create_engagement(request.actor, pk, **form.cleaned_data))
        if went and made is not None:
            toast(request, _("“%(title)s” was drafted.") % {"title": made.title})
            return go("engagements:engagement", pk=made.pk)
    return form_page(
        request,
        form,
        title=_("New engagement"),
        submit=_("Save engagement"),
        crumbs=crumbs_to(pk, client.name),
        back_url=link("clients:client", pk=pk),
        template="engagements/engagement_form.html",
    )


@staff_page(Can.EDIT)
def engagement_edit(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Change what was written about it."""
    engagement = engagement_of(request, pk)
    form = EngagementForm(sent(request), initial=EngagementForm.values_of(engagement))
    if form.is_valid():
        went, _n = form.carry_out(lambda: edit_engagement(request.actor, engagement, **form.cleaned_data))
        if went:
            toast(request, _("Saved."))
            return go("engagements:engagement", pk=pk)
    return form_page(
        request,
        form,
        title=_("Change engagement"),
        submit=_("Save engagement"),
        crumbs=crumbs_to(engagement.client_id, engagement.client.name),
        back_url=link("engagements:engagement", pk=pk),
        template="engagements/engagement_form.html",
    )


@require_POST
@staff_page(Can.VIEW)
def engagement_step(request: FirmRequest, pk: UUID, step: str) -> HttpResponse:
    """One transition; pausing, canceling and reopening take a reason."""
    engagement = engagement_of(request, pk)

    def said() -> str:
        words = _("“%(title)s” is now: %(state)s.")
        return words % {"title": engagement.title, "state": engagement.get_state_display()}

    if step in WITH_REASON:
        form = _reason_form(request, engagement, step, request.POST)
        if not form.is_valid():
            return _detail(request, engagement, asked=step, form=form, status=422)
        reason = form.cleaned_data["reason"]
        went, _n = form.carry_out(lambda: WITH_REASON[step](request.actor, engagement, reason=reason))
        if not went:
            return _detail(request, engagement, asked=step, form=form, status=422)
        keep_wording(request, engagement, text=reason, sent=True)
        toast(request, said())
    elif step in PLAIN:
        carry_out(request, lambda: PLAIN[step](request.actor, engagement), said)
    else:
        raise Http404
    return go("engagements:engagement", pk=pk)


@require_POST
@staff_page(Can.EDIT)
def engagement_discard(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Away with a draft."""
    engagement = engagement_of(request, pk)
    said = _("The draft “%(title)s” is gone.") % {"title": engagement.title}
    if carry_out(request, lambda: discard_draft(request.actor, engagement), lambda: said):
        return go("clients:client", pk=engagement.client_id)
    return go("engagements:engagement", pk=pk)
