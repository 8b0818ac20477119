"""Offers to join the firm."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from firmament.kernel.identity.actions import invite as send_invitation
from firmament.kernel.identity.actions import resend_invitation, revoke_invitation
from firmament.kernel.identity.models import Invitation
from firmament.kernel.identity.policies import Can as Identity
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.links import go, link
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.modules.firms.forms.people import InviteForm
from firmament.modules.firms.reports.people import grantable_roles
from firmament.modules.firms.views.people import crumbs_to


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Identity.INVITE_PEOPLE)
def invite(request: FirmRequest) -> HttpResponse:
    """Invite somebody as staff, with roles the inviter could give."""
    offered = grantable_roles(request.actor)
    form = InviteForm(request.POST if request.method == "POST" else None, roles=offered)
    if form.is_bound and form.is_valid():
        went, invitation = form.carry_out(
            lambda: send_invitation(request.actor, domain=Invitation.Domain.STAFF, **form.cleaned_data)
        )
        if went and invitation is not None:
            toast(request, _("An invitation is on its way to %(email)s.") % {"email": invitation.email})
            return go("firms:people")
    context = {
        "form": form,
        "title": _("Invite somebody into the firm"),
        "submit": _("Send invitation"),
        "crumbs": crumbs_to(),
        "back_url": link("firms:people"),
    }
    return page(request, "firms/invite.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page(Identity.INVITE_PEOPLE)
def invitation_step(request: FirmRequest, pk: UUID, step: str) -> HttpResponse:
    """Send it again with a new link, or take it back."""
    rows = Invitation.objects.visible_to(request.actor).filter(domain=Invitation.Domain.STAFF)
    invitation: Invitation = get_object_or_404(rows, pk=pk)
    steps = {"resend": resend_invitation, "revoke": revoke_invitation}
    words = {
        "resend": _("A new invitation is on its way to %(email)s. The older link no longer works."),
        "revoke": _("The invitation of %(email)s was taken back. Its link no longer works."),
    }
    if step not in steps:
        raise Http404
    try:
        steps[step](request.actor, invitation)
    except ValidationError as refused:
        for message in refused.messages:
            toast(request, str(message), tone="warning")
    else:
        toast(request, words[step] % {"email": invitation.email})
    return go("firms:people")
