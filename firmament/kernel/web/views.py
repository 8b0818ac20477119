"""The pages that belong to no room: the way in, and the head of each firm's path."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from firmament.kernel.breakglass.operators import operator_of
from firmament.kernel.identity.look_session import looking_in
from firmament.kernel.identity.models import Look
from firmament.kernel.tenancy.models import Firm, FirmAccess
from firmament.kernel.web.accounts import accounts_of, choose, page_before
from firmament.kernel.web.context import door_url, first_address
from firmament.kernel.web.entrances import person_page
from firmament.kernel.web.looking import over
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast


@require_safe
@person_page("It shows a person only the firms that they themselves may enter.")
def start(request: HttpRequest) -> HttpResponse:
    """On to the person's firm; a choice where there are several, a kind word where there is none."""
    accesses = list(
        FirmAccess.objects.filter(user=request.user.pk)
        .exclude(firm__state=Firm.State.CANCELED)
        .select_related("firm")
        .order_by("domain", "firm__name")
    )
    if not accesses and operator_of(request.user.pk) is not None:
        return HttpResponseRedirect("/operate/")
    if len(accesses) == 1:
        return HttpResponseRedirect(_door(accesses[0]))
    choices = [
        {"name": a.firm.name, "url": _door(a), "staff": a.domain == FirmAccess.Domain.STAFF} for a in accesses
    ]
    return page(request, "web/start.html", {"choices": choices})


@require_safe
@person_page("It sends a member on to the first page their role shows them.")
def firm_start(request: FirmRequest, firm: str) -> HttpResponse:
    """`/w/<firm>/` and `/portal/<firm>/`."""
    address = first_address(request.actor, firm)
    if not address:
        raise Http404
    return HttpResponseRedirect(address)


@require_POST
@person_page("It narrows what somebody sees to one of the clients they themselves act for.")
def account(request: FirmRequest, firm: str) -> HttpResponse:
    """Look at one client or, with an empty `account`, at all of them again; then back to where it was chosen."""
    wanted = request.POST.get("account", "")
    found = next((one for one in accounts_of(request.actor) if str(one.id) == wanted), None)
    choose(request, request.firm.pk, found.id if found else None)
    if wanted and found is None:
        toast(request, _("You do not act for that client any more. You see all your others."), tone="warning")
    return HttpResponseRedirect(page_before(request), status=303)


@require_POST
@person_page("It ends what somebody themselves began: looking as somebody else.")
def looking_stop(request: HttpRequest) -> HttpResponse:
    """No longer see the firm as somebody else sees it."""
    looking, user = looking_in(request), request.user
    if looking is None or not user.is_authenticated:
        return HttpResponseRedirect("/", status=303)
    return over(request, user, looking, Look.How.STOPPED)


def _door(access: FirmAccess) -> str:
    return door_url(access.firm.slug, staff=access.domain == FirmAccess.Domain.STAFF)
