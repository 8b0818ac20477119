"""Powers lent for a time: one's own absence, and the list of all that is lent."""

from datetime import timedelta
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firmament.kernel.policies.decide import may
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.lending import lend_powers, take_back
from firmament.kernel.policies.models import Delegation
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.effects import ConfirmForm, weigh, weighing_page
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import as_uuid
from firmament.kernel.web.forms import sent
from firmament.kernel.web.links import go, link
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.lib.instant import now
from firmament.modules.access.forms.away import AwayForm
from firmament.modules.access.reports import lending as reports
from firmament.modules.access.views.tabs import access_tabs
from firmament.ui.shapes import Crumb


@require_safe
@staff_page(Can.VIEW_DELEGATIONS)
def lent(request: FirmRequest) -> HttpResponse:
    """What is lent now, what will be, and what was."""
    context = {
        "tabs": access_tabs(request, "access:lent"),
        "lines": reports.every_lending(request.actor),
        "others": reports.could_lend_for(request.actor),
        "may_lend": may(request.actor, Can.LEND),
    }
    return page(request, "access/lent.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.LEND)
def away(request: FirmRequest) -> HttpResponse:
    """I am away: who stands in for me, until when, and for what; `?for=` arranges it for somebody else."""
    lender = _lender(request)
    own = lender.pk == request.actor.membership_id
    form, weighed = _form(request, lender), None
    if form.is_bound and form.is_valid():
        given = form.given()
        weighed = weigh(
            request,
            form,
            lambda: lend_powers(request.actor, lender=lender, **given),
            # What it does from its first day on; today it may do nothing yet.
            look=lambda: lend_powers(
                request.actor, lender=lender, **given | {"starts_at": min(given["starts_at"], now())}
            ),
        )
        if weighed.done:
            said = _("%(borrower)s stands in for %(lender)s. It ends by itself.")
            toast(request, said % {"borrower": given["borrower"].user.name, "lender": lender.user.name})
            return go("access:away") if own else go("access:lent")
    return weighing_page(
        request,
        form,
        weighed,
        title=_("I am away") if own else _("%(name)s is away") % {"name": lender.user.name},
        submit=_("Lend these powers"),
        back_url=link("access:lent"),
        crumbs=(Crumb(label=_("Lent powers"), url=link("access:lent")),),
        template="access/away.html",
        own=own,
        lender=lender,
        mine=reports.lent_by(request.actor) if own else (),
        for_others=reports.lent_to(request.actor) if own else (),
    )


def _lender(request: FirmRequest) -> Membership:
    """Oneself, or whom it is arranged for by those who may; 404 otherwise."""
    asked = request.GET.get("for", "")
    rows = Membership.objects.visible_to(request.actor).filter(state=Membership.State.ACTIVE)
    pk = as_uuid(asked) if asked else request.actor.membership_id
    if asked and not may(request.actor, Can.MANAGE_DELEGATIONS):
        raise Http404
    found: Membership = get_object_or_404(rows.select_related("user"), pk=pk)
    return found


def _form(request: FirmRequest, lender: Membership) -> AwayForm:
    members = Membership.objects.visible_to(request.actor).filter(state=Membership.State.ACTIVE)
    today = timezone.localdate(now())
    return AwayForm(
        sent(request),
        initial={"starts_at": today, "ends_at": today + timedelta(days=7)},
        members=members.exclude(pk=lender.pk).select_related("user").order_by("user__name", "pk"),
        rooms=reports.offered_to_lend(lender),
    )


@require_POST
@staff_page(Can.LEND)
def lent_back(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Take back what was lent, at once."""
    # By its key alone, and the names only where it is found: joined to the members it would take longer for what is another firm’s
    # than for what is nowhere.
    rows = Delegation.objects.visible_to(request.actor).prefetch_related("lender__user", "borrower__user")
    found: Delegation = get_object_or_404(rows, pk=pk)
    form = ConfirmForm(request.POST)
    weighed = weigh(request, form, lambda: take_back(request.actor, found))
    if weighed.done:
        toast(request, _("Taken back. It counts from this moment on."))
        return go("access:lent")
    return weighing_page(
        request,
        form,
        weighed,
        title=_("Take back what %(lender)s lent to %(borrower)s")
        % {"lender": found.lender.user.name, "borrower": found.borrower.user.name},
        submit=_("Take back"),
        back_url=link("access:lent"),
        crumbs=(Crumb(label=_("Lent powers"), url=link("access:lent")),),
    )
