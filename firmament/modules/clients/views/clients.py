"""A client's pages: overview, activity, making and changing, archive and bin."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.dateparse import parse_datetime
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from firmament.kernel.identity.models import Invitation
from firmament.kernel.policies import kernel_powers
from firmament.kernel.policies.decide import allows, may, visible
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.links import link
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.lib.instant import now
from firmament.modules.clients.actions.archive import (
    archive_client,
    bin_client,
    restore_client,
    unarchive_client,
)
from firmament.modules.clients.actions.clients import (
    activate_client,
    assign_owner,
    create_client,
    deactivate_client,
    edit_client,
)
from firmament.modules.clients.forms.clients import ClientForm
from firmament.modules.clients.models import Client, Contact, Engagement
from firmament.modules.clients.policies import Can
from firmament.modules.clients.public import ClientPanel
from firmament.modules.clients.reports import client_activity, standing_walls
from firmament.modules.clients.views.lists import CLIENT_TONES, ENGAGEMENT_TONES
from firmament.modules.clients.views.loading import client_of, crumbs_to, go, say_refusal
from firmament.ui.shapes import Crumb, Tab

SHOWN = 30


def frame(request: FirmRequest, client: Client, tab: str) -> dict[str, Any]:
    """What every tab of a client's page shows around its content."""
    actor = request.actor
    people = PortalGrant.objects.visible_to(actor).in_force(at=now()).filter(client_id=client.pk).count()
    tabs = [
        Tab(label=_("Overview"), url=link("clients:client", pk=client.pk), active=tab == "overview"),
        Tab(label=_("Activity"), url=link("clients:client_activity", pk=client.pk), active=tab == "activity"),
    ]
    if may(actor, kernel_powers.Can.VIEW_PORTAL):
        tabs.append(
            Tab(
                label=_("Portal access"),
                url=link("clients:portal_access", pk=client.pk),
                active=tab == "access",
                count=str(people) if people else "",
            )
        )
    return {
        "client": client,
        "tone": CLIENT_TONES[client.state],
        "crumbs": [Crumb(label=_("Clients"), url=link("clients:client_list"))],
        "tabs": tabs,
        "may_edit": allows(actor, Can.EDIT, client) and not client.is_archived,
        "may_set": allows(actor, Can.EDIT, client),
        "may_archive": allows(actor, Can.ARCHIVE, client),
        "may_delete": allows(actor, Can.DELETE, client),
    }


@staff_page(Can.VIEW)
def client_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The client at one glance: people, work, what other rooms know."""
    client = client_of(request, pk)
    actor = request.actor
    engagements = Engagement.objects.visible_to(actor).filter(client=client).select_related("lead__user")
    contacts = Contact.objects.visible_to(actor).of(client.pk)
    invited = Invitation.objects.visible_to(actor).pending().filter(client_id=client.pk)
    context = frame(request, client, "overview") | {
        "contacts": _with_access(list(contacts), set(invited.values_list("email", flat=True)), client),
        "engagements": [
            (e, ENGAGEMENT_TONES[e.state]) for e in engagements.order_by("ended_at", "-created_at")
        ],
        "panels": [
            (panel.title, render_to_string(panel.template, dict(panel.context), request))
            for panel in _panels_of(actor, client.pk)
        ],
        "walls": standing_walls(actor, client),
        "may_contact": allows(actor, Can.EDIT_CONTACTS, client) and not client.is_archived,
        "may_engage": allows(actor, Can.CREATE_ENGAGEMENT, client) and not client.is_archived,
        "may_grant": may(actor, kernel_powers.Can.MANAGE_PORTAL),
        "may_wall": may(actor, kernel_powers.Can.RAISE_WALL),
    }
    return page(request, "clients/client.html", context)


def _panels_of(actor: Actor, client_id: UUID) -> list[ClientPanel]:
    """What the other rooms show on a client's page to this reader, in their order."""
    found = []
    for config in apps.get_app_configs():
        for place in getattr(config, "client_panels", ()):
            panel: ClientPanel | None = import_string(place)(actor, client_id)
            if panel is not None:
                found.append(panel)
    return sorted(found, key=lambda panel: panel.order)


def _with_access(contacts: list[Contact], invited: set[str], client: Client) -> list[dict[str, Any]]:
    """Contacts, each with what their way into the portal is."""
    granted = set(
        PortalGrant.objects.in_force(at=now()).filter(client_id=client.pk).values_list("user_id", flat=True)
    )
    rows = []
    for contact in contacts:
        access = ""
        if contact.user_id in granted:
            access = "in"
        elif contact.email.lower() in invited:
            access = "invited"
        rows.append({"contact": contact, "access": access})
    return rows


@staff_page(Can.VIEW)
def client_timeline(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What happened, newest first."""
    client = client_of(request, pk)
    before = _instant(request)
    rows = client_activity(request.actor, client, limit=SHOWN + 1, before=before)
    context = frame(request, client, "activity") | {
        "activity": rows[:SHOWN],
        "earlier": rows[SHOWN - 1].at.isoformat() if len(rows) > SHOWN else "",
        "later": before is not None,
    }
    return page(request, "clients/client_activity.html", context)


def _instant(request: HttpRequest) -> datetime | None:
    try:
        before = parse_datetime(request.GET.get("before", ""))
    except ValueError:
        return None
    return before if before is not None and before.tzinfo is not None else None


@staff_page(Can.CREATE)
def client_create(request: FirmRequest) -> HttpResponse:
    """Take a client on."""
    if request.method != "POST":
        initial = {"kind": Client.Kind.ORGANISATION, "owner": request.actor.membership_id}
        return _create_page(request, ClientForm(initial=initial))
    form = ClientForm(request.POST)
    if form.is_valid():
        went, client = form.carry_out(lambda: create_client(request.actor, **form.cleaned_data))
        if went and client is not None:
            toast(request, _("“%(name)s” was added.") % {"name": client.name})
            return go("clients:client", pk=client.pk)
    return _create_page(request, form, status=422)


def _create_page(request: FirmRequest, form: ClientForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "title": _("New client"),
        "submit": _("Add client"),
        "crumbs": [Crumb(label=_("Clients"), url=link("clients:client_list"))],
        "back_url": link("clients:client_list"),
    }
    return page(request, "clients/client_form.html", context, status=status)


@staff_page(Can.EDIT)
def client_edit(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Change what is written about a client."""
    client = client_of(request, pk)
    with_owner = allows(request.actor, Can.ASSIGN_OWNER, client)
    if request.method != "POST":
        form = ClientForm(initial=ClientForm.values_of(client), with_owner=with_owner)
        return _edit_page(request, client, form)
    form = ClientForm(request.POST, with_owner=with_owner)
    if form.is_valid():
        went, _nothing = form.carry_out(lambda: _save(request, client, dict(form.cleaned_data)))
        if went:
            toast(request, _("Saved."))
            return go("clients:client", pk=client.pk)
    return _edit_page(request, client, form, status=422)


def _save(request: FirmRequest, client: Client, fields: dict[str, Any]) -> None:
    if "owner" in fields:
        owner = fields.pop("owner")
        # Whoever has left stays responsible until somebody is chosen; they are not among the choices.
        if owner is not None or client.owner is None or client.owner.state == "active":
            assign_owner(request.actor, client, owner)
    edit_client(request.actor, client, **fields)


def _edit_page(request: FirmRequest, client: Client, form: ClientForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "title": _("Change client"),
        "submit": _("Save"),
        "crumbs": crumbs_to(client),
        "back_url": link("clients:client", pk=client.pk),
    }
    return page(request, "clients/client_form.html", context, status=status)


STEPS = {
    "activate": activate_client,
    "deactivate": deactivate_client,
    "archive": archive_client,
    "unarchive": unarchive_client,
}
BACK = {
    "activate": "deactivate",
    "deactivate": "activate",
    "archive": "unarchive",
    "unarchive": "archive",
}


@require_POST
@staff_page(Can.VIEW)
def client_step(request: FirmRequest, pk: UUID, step: str) -> HttpResponse:
    """Set active or inactive, archive, take out of the archive; each can be taken back."""
    client = client_of(request, pk)
    if step not in STEPS:
        raise Http404
    try:
        STEPS[step](request.actor, client)
    except ValidationError as refused:
        say_refusal(request, refused)
        return go("clients:client", pk=client.pk)
    words = {
        "activate": _("“%(name)s” is active."),
        "deactivate": _("“%(name)s” is inactive."),
        "archive": _("“%(name)s” is in the archive."),
        "unarchive": _("“%(name)s” is out of the archive."),
    }
    undo = link("clients:client_step", pk=client.pk, step=BACK[step])
    toast(request, words[step] % {"name": client.name}, undo)
    return go("clients:client", pk=client.pk)


@require_POST
@staff_page(Can.DELETE)
def client_delete(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Into the bin."""
    client = client_of(request, pk)
    bin_client(request.actor, client)
    toast(
        request,
        _("“%(name)s” is in the bin for thirty days.") % {"name": client.name},
        link("clients:client_restore", pk=client.pk),
    )
    return go("clients:client_list")


@require_POST
@staff_page(Can.RESTORE)
def client_restore(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Out of the bin."""
    rows = Client.objects.filter(visible(request.actor, Can.RESTORE, Client))
    client: Client = get_object_or_404(rows, pk=pk)
    restore_client(request.actor, client)
    toast(request, _("“%(name)s” is back.") % {"name": client.name})
    return go("clients:client", pk=client.pk)
