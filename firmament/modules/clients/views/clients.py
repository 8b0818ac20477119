"""A client's pages: overview, activity, making and changing, archive and bin."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from firmament.kernel.identity.models import Invitation
from firmament.kernel.policies import kernel_powers
from firmament.kernel.policies.decide import allows, may, visible
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.forms import keep_wording, offer_wording, sent
from firmament.kernel.web.links import go, link
from firmament.kernel.web.page import form_page, page
from firmament.kernel.web.panels import Panel, PanelAction, drawn, panels_of
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import carry_out, toast
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
from firmament.modules.clients.models import Client, Contact
from firmament.modules.clients.policies import Can
from firmament.modules.clients.reports import client_activity, crumbs_to, head_of, standing_walls
from firmament.modules.clients.views.loading import client_of
from firmament.ui.shapes import Crumb

SHOWN = 30


@staff_page(Can.VIEW)
def client_detail(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The client at one glance: people, work, what other rooms know."""
    client = client_of(request, pk)
    actor = request.actor
    context = {
        "head": head_of(actor, client, tab="overview"),
        "client": client,
        "panels": drawn(request, [_contacts(actor, client), *panels_of("client_panels", actor, client.pk)]),
        "walls": standing_walls(actor, client),
        "may_wall": may(actor, kernel_powers.Can.RAISE_WALL),
    }
    return page(request, "clients/client.html", context)


def _contacts(actor: Actor, client: Client) -> Panel:
    contacts = Contact.objects.visible_to(actor).of(client.pk)
    invited = Invitation.objects.visible_to(actor).pending().filter(client_id=client.pk)
    may_contact = allows(actor, Can.EDIT_CONTACTS, client) and not client.is_archived
    new = PanelAction(label=_("New contact"), url=link("clients:contact_create", pk=client.pk), icon="plus")
    return Panel(
        title=_("Contacts"),
        icon="users",
        template="clients/client_contacts.html",
        context={
            "client": client,
            "contacts": _with_access(list(contacts), set(invited.values_list("email", flat=True)), client),
            "may_contact": may_contact,
            "may_grant": may(actor, kernel_powers.Can.MANAGE_PORTAL),
        },
        action=new if may_contact else None,
        rows=True,
        order=1,
    )


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
    context = {
        "head": head_of(request.actor, client, tab="activity"),
        "client": client,
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
    initial = {"kind": Client.Kind.ORGANISATION, "owner": request.actor.membership_id}
    form = ClientForm(sent(request), initial=initial)
    offer_wording(form, "notes", request.actor, channel="note", place="clients.notes")
    if form.is_valid():
        went, client = form.carry_out(lambda: create_client(request.actor, **form.cleaned_data))
        if went and client is not None:
            keep_wording(request, client, text=client.notes, sent=True)
            toast(request, _("“%(name)s” was added.") % {"name": client.name})
            return go("clients:client", pk=client.pk)
    return form_page(
        request,
        form,
        title=_("New client"),
        submit=_("Add client"),
        crumbs=(Crumb(label=_("Clients"), url=link("clients:client_list")),),
        back_url=link("clients:client_list"),
        template="clients/client_form.html",
    )


@staff_page(Can.EDIT)
def client_edit(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Change what is written about a client."""
    client = client_of(request, pk)
    with_owner = allows(request.actor, Can.ASSIGN_OWNER, client)
    form = ClientForm(sent(request), initial=ClientForm.values_of(client), with_owner=with_owner)
    offer_wording(form, "notes", request.actor, channel="note", place="clients.notes", client=client.pk)
    if form.is_valid():
        went, _nothing = form.carry_out(lambda: _save(request, client, dict(form.cleaned_data)))
        if went:
            keep_wording(request, client, text=form.cleaned_data["notes"], sent=True)
            toast(request, _("Saved."))
            return go("clients:client", pk=client.pk)
    return form_page(
        request,
        form,
        title=_("Change client"),
        submit=_("Save"),
        crumbs=crumbs_to(client.pk, client.name),
        back_url=link("clients:client", pk=client.pk),
        template="clients/client_form.html",
    )


def _save(request: FirmRequest, client: Client, fields: dict[str, Any]) -> None:
    if "owner" in fields:
        owner = fields.pop("owner")
        # Whoever has left stays responsible until somebody is chosen; they are not among the choices.
        if owner is not None or client.owner is None or client.owner.state == "active":
            assign_owner(request.actor, client, owner)
    edit_client(request.actor, client, **fields)


# What is done, what takes it back, and what is said.
STEPS = {
    "activate": (activate_client, "deactivate", gettext_lazy("“%(name)s” is active.")),
    "deactivate": (deactivate_client, "activate", gettext_lazy("“%(name)s” is inactive.")),
    "archive": (archive_client, "unarchive", gettext_lazy("“%(name)s” is in the archive.")),
    "unarchive": (unarchive_client, "archive", gettext_lazy("“%(name)s” is out of the archive.")),
}


@require_POST
@staff_page(Can.VIEW)
def client_step(request: FirmRequest, pk: UUID, step: str) -> HttpResponse:
    """Set active or inactive, archive, take out of the archive; each can be taken back."""
    client = client_of(request, pk)
    if step not in STEPS:
        raise Http404
    act, back, words = STEPS[step]
    undo = link("clients:client_step", pk=client.pk, step=back)
    carry_out(request, lambda: act(request.actor, client), lambda: str(words) % {"name": client.name}, undo)
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
