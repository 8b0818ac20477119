"""The operators' desk: firms, sessions, and each step of one."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firmament.kernel.breakglass import actions
from firmament.kernel.breakglass import desk as sessions_desk
from firmament.kernel.breakglass.models import Operator, Session, State
from firmament.kernel.breakglass.policies import Can
from firmament.kernel.breakglass.register import reads_in
from firmament.kernel.policies.decide import visible
from firmament.kernel.web.entrances import operator_page, operators_desk
from firmament.kernel.web.filters import searched
from firmament.kernel.web.forms import sent
from firmament.kernel.web.page import form_page, page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import carry_out, toast
from firmament.modules.operators.forms import AskForm, ReviewForm
from firmament.modules.operators.reports.desk import firm_shown, page_title, sessions_shown
from firmament.ui.shapes import Crumb

FORM = ("GET", "HEAD", "POST")


@require_safe
@operators_desk("It shows who runs the platform which firms there are, and how their work goes.")
def firms(request: HttpRequest) -> HttpResponse:
    """Every firm: its name, its state, what failed. Nothing else of it without a session."""
    text = searched(request.GET.get("q", ""))
    lines, more = sessions_desk.firm_lines(_operator(request), text)
    return page(
        request,
        "operators/firms.html#firms",
        {"firms": [firm_shown(line) for line in lines], "more": more, "q": text},
    )


@require_safe
@operators_desk("It shows who runs the platform their own sessions, and those that wait for a second person.")
def sessions(request: HttpRequest) -> HttpResponse:
    """One's own sessions; others' that wait for a yes; others' to look over."""
    operator = _operator(request)
    context = {
        "waiting": sessions_shown(sessions_desk.sessions_to_approve(operator)),
        "ended": sessions_shown(sessions_desk.sessions_to_review(operator)),
        "firms_url": reverse("operate:firms"),
        "mine": sessions_shown(sessions_desk.sessions_of(operator)),
    }
    return page(request, "operators/sessions.html", context)


@require_http_methods(FORM)
@operator_page(Can.ASK)
def ask(request: FirmRequest) -> HttpResponse:
    """Ask for a session, or open one at once in an emergency."""
    form = AskForm(sent(request))
    if form.is_bound and form.is_valid():
        values = dict(form.cleaned_data)
        emergency = values.pop("how") == "emergency"
        act = actions.open_in_emergency if emergency else actions.ask_session
        went, _session = form.carry_out(lambda: act(request.actor, **values))
        if went:
            return _after_asking(request, emergency=emergency)
    return form_page(
        request,
        form,
        title=_("Look into %(firm)s") % {"firm": request.firm.name},
        submit=_("Go on"),
        back_url=reverse("operate:firms"),
        crumbs=(Crumb(label=_("Firms"), url=reverse("operate:firms")),),
        template="operators/ask.html",
        firm=request.firm,
    )


def _after_asking(request: FirmRequest, *, emergency: bool) -> HttpResponse:
    if emergency:
        toast(request, _("The firm is open to you. Its owners have been told."), tone="warning")
        return HttpResponseRedirect(reverse("operate:firm", kwargs={"firm": request.firm.slug}), status=303)
    toast(request, _("Asked. A second operator has to agree."))
    return _back()


@require_POST
@operator_page(Can.APPROVE)
def approve(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Agree to another's session."""
    return _step(request, pk, Can.APPROVE, actions.approve_session, _("Agreed. Your colleague can begin."))


@require_POST
@operator_page(Can.APPROVE)
def refuse(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Say no to another's session."""
    return _step(request, pk, Can.APPROVE, actions.refuse_session, _("Refused."))


@require_POST
@operator_page(Can.USE)
def close(request: FirmRequest, pk: UUID) -> HttpResponse:
    """End one's own session."""
    return _step(
        request, pk, Can.USE, actions.close_session, _("Closed. Nothing of the firm is open to you.")
    )


@require_POST
@operator_page(Can.USE)
def begin(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Open the firm, after somebody agreed."""
    session = _session(request, pk, Can.USE)
    said = _("The firm is open to you. Its owners have been told.")
    if carry_out(request, lambda: actions.begin_session(request.actor, session), lambda: said):
        return HttpResponseRedirect(reverse("operate:firm", kwargs={"firm": request.firm.slug}), status=303)
    return _back()


@require_http_methods(FORM)
@operator_page(Can.REVIEW)
def review(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What was read in another's session, and what one thinks of it."""
    session = _session(request, pk, Can.REVIEW)
    form = ReviewForm(sent(request))
    if form.is_bound and form.is_valid():
        went, _done = form.carry_out(
            lambda: actions.review_session(request.actor, session, **form.cleaned_data)
        )
        if went:
            toast(request, _("Looked over. The firm sees your verdict in its register."))
            return _back()
    return form_page(
        request,
        form,
        title=_("Look over a session"),
        submit=_("Keep the verdict"),
        back_url=reverse("operate:sessions"),
        crumbs=(Crumb(label=_("Sessions"), url=reverse("operate:sessions")),),
        template="operators/review.html",
        session=session,
        open_for_verdict=session.state == State.CLOSED and session.opened_at is not None,
        firm=request.firm,
        reads=[(read, page_title(read.page)) for read in reads_in(session.pk)],
    )


def _step(request: FirmRequest, pk: UUID, power: str, act: Callable[..., Session], said: str) -> HttpResponse:
    session = _session(request, pk, power)
    carry_out(request, lambda: act(request.actor, session), lambda: said)
    return _back()


def _session(request: FirmRequest, pk: UUID, power: str) -> Session:
    rows = Session.objects.filter(visible(request.actor, power, Session))
    session: Session = get_object_or_404(rows.select_related("operator__user", "approved_by__user"), pk=pk)
    return session


def _operator(request: HttpRequest) -> Operator:
    operator: Operator = request.operator  # type: ignore[attr-defined]  # set by the middleware
    return operator


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("operate:sessions"), status=303)
