"""Who of a client's people may use the portal, and for what."""

from datetime import date, timedelta
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from firmament.kernel.identity.actions import invite, resend_invitation, revoke_invitation
from firmament.kernel.identity.models import Invitation
from firmament.kernel.policies import kernel_powers
from firmament.kernel.policies.actions import change_portal_scopes, revoke_portal
from firmament.kernel.policies.decide import allows
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.policies.scopes import SCOPE_TITLES
from firmament.kernel.web.effects import ConfirmForm, weigh, weighing_page
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.forms import sent
from firmament.kernel.web.links import go, link
from firmament.kernel.web.page import form_page, page
from firmament.kernel.web.questions import look_address
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import carry_out, toast
from firmament.lib.instant import now
from firmament.modules.clients.public import (
    ClientCard,
    client_head,
    contacts_without_account,
    crumbs_to,
    visible_client,
)
from firmament.modules.grants.forms import USUAL_SCOPES, GrantForm, InviteForm

Powers = kernel_powers.Can


def _client_of(request: FirmRequest, pk: UUID) -> ClientCard:
    client = visible_client(request.actor, pk)
    if client is None:
        raise Http404
    return client


def titles(scopes: list[str]) -> list[str]:
    """Scopes in words, in the order of their list."""
    return [str(title) for scope, title in SCOPE_TITLES.items() if scope in scopes]


@staff_page(Powers.VIEW_PORTAL)
def access(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Who is in, who is invited, and who could be."""
    actor = request.actor
    head = client_head(actor, pk, tab="access")
    if head is None:
        raise Http404
    grants = PortalGrant.objects.visible_to(actor).unrevoked().filter(client_id=pk)
    invitations = Invitation.objects.visible_to(actor).filter(
        client_id=pk, accepted_at__isnull=True, revoked_at__isnull=True
    )
    context = {
        "head": head,
        "client": head.client,
        "grants": [
            {
                "grant": grant,
                "scopes": titles(grant.scopes),
                "over": _over(grant),
                "look_url": "" if _over(grant) else look_address(actor, user_id=grant.user_id),
            }
            for grant in grants.select_related("user").order_by("user__name", "pk")
        ],
        "invitations": [
            {"invitation": row, "scopes": titles(row.scopes), "over": not row.is_pending}
            for row in invitations.order_by("created_at", "pk")
        ],
        "may_grant": allows(actor, Powers.MANAGE_PORTAL, PortalGrant(client_id=pk)),
    }
    return page(request, "grants/access.html", context)


def _over(grant: PortalGrant) -> bool:
    return grant.expires_at is not None and grant.expires_at <= now()


@staff_page(Powers.MANAGE_PORTAL)
def invite_page(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Invite somebody into the portal; `?contact=` fills the form from a contact."""
    client = _client_of(request, pk)
    form = InviteForm(sent(request), initial=_first_guess(request, client))
    if form.is_valid():
        given = form.cleaned_data
        went, invitation = form.carry_out(
            lambda: invite(request.actor, domain="client", client_id=client.id, **given)
        )
        if went and invitation is not None:
            toast(request, _("An invitation is on its way to %(email)s.") % {"email": invitation.email})
            return go("grants:access", pk=client.id)
    return form_page(
        request,
        form,
        title=_("Invite into the portal"),
        submit=_("Send invitation"),
        crumbs=crumbs_to(client.id, client.name),
        back_url=link("grants:access", pk=client.id),
        template="grants/invite.html",
        client=client,
    )


def _first_guess(request: FirmRequest, client: ClientCard) -> dict[str, object]:
    scopes = [str(scope) for scope in USUAL_SCOPES]
    asked = request.GET.get("contact", "")
    contacts = contacts_without_account(request.actor, client.id)
    chosen = next((contact for contact in contacts if str(contact.id) == asked), None)
    return (
        {"scopes": scopes}
        if chosen is None
        else {"name": chosen.name, "email": chosen.email, "scopes": scopes}
    )


@require_POST
@staff_page(Powers.MANAGE_PORTAL)
def invitation_step(request: FirmRequest, pk: UUID, step: str) -> HttpResponse:
    """Send it again, or take it back."""
    rows = Invitation.objects.visible_to(request.actor).filter(client_id__isnull=False)
    invitation: Invitation = get_object_or_404(rows, pk=pk)
    steps = {"resend": resend_invitation, "revoke": revoke_invitation}
    if step not in steps or invitation.client_id is None:
        raise Http404
    client = _client_of(request, invitation.client_id)
    words = {
        "resend": _("A new invitation is on its way to %(email)s. The older link no longer works."),
        "revoke": _("The invitation of %(email)s was taken back. Its link no longer works."),
    }
    carry_out(
        request,
        lambda: steps[step](request.actor, invitation),
        lambda: words[step] % {"email": invitation.email},
    )
    return go("grants:access", pk=client.id)


def _grant_of(request: FirmRequest, pk: UUID) -> PortalGrant:
    rows = PortalGrant.objects.visible_to(request.actor).unrevoked().select_related("user")
    grant: PortalGrant = get_object_or_404(rows, pk=pk)
    return grant


@staff_page(Powers.MANAGE_PORTAL)
def grant_edit(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Change what somebody may do, and until when."""
    grant = _grant_of(request, pk)
    client = _client_of(request, grant.client_id)
    form = GrantForm(sent(request), initial={"scopes": grant.scopes, "ends_on": _last_day(grant)})
    weighed = None
    if form.is_valid():
        weighed = weigh(
            request,
            form,
            lambda: change_portal_scopes(
                request.actor, grant, scopes=form.kept_scopes(grant), expires_at=form.expires_at()
            ),
        )
        if weighed.done:
            toast(request, _("Saved. It counts from this moment on."))
            return go("grants:access", pk=client.id)
    return weighing_page(
        request,
        form,
        weighed,
        title=_("Portal access of %(name)s") % {"name": grant.user.name},
        submit=_("Save"),
        crumbs=crumbs_to(client.id, client.name),
        back_url=link("grants:access", pk=client.id),
        template="grants/grant.html",
        client=client,
    )


def _last_day(grant: PortalGrant) -> date | None:
    """The day before the end, where the end is a midnight: the day somebody once chose."""
    if grant.expires_at is None:
        return None
    end = timezone.localtime(grant.expires_at)
    midnight = (end.hour, end.minute, end.second) == (0, 0, 0)
    return end.date() - timedelta(days=1) if midnight else end.date()


@require_POST
@staff_page(Powers.MANAGE_PORTAL)
def grant_revoke(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Shut somebody out, at once."""
    grant = _grant_of(request, pk)
    client = _client_of(request, grant.client_id)
    form = ConfirmForm(request.POST)
    weighed = weigh(request, form, lambda: revoke_portal(request.actor, grant))
    if weighed.done:
        toast(
            request, _("%(name)s can no longer use the portal for this client.") % {"name": grant.user.name}
        )
        return go("grants:access", pk=client.id)
    return weighing_page(
        request,
        form,
        weighed,
        title=_("Shut %(name)s out of the portal") % {"name": grant.user.name},
        submit=_("Shut out"),
        back_url=link("grants:access", pk=client.id),
        crumbs=crumbs_to(client.id, client.name),
    )
