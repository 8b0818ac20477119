"""Segregation of duties: which powers are kept apart, who has both, and who is exempt."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firmament.kernel.policies import duties as actions
from firmament.kernel.policies.decide import may
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.models_duties import DutyException, DutyPair
from firmament.kernel.policies.powers import title_of
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import searched
from firmament.kernel.web.forms import sent
from firmament.kernel.web.links import go, link
from firmament.kernel.web.page import form_page, page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import carry_out, toast
from firmament.lib.instant import now
from firmament.modules.access.forms.duties import ExemptForm, PairForm, RetireForm
from firmament.modules.access.reports import duties as reports
from firmament.modules.access.views.tabs import access_tabs
from firmament.ui.shapes import Crumb

SOON = timedelta(days=180)


@require_safe
@staff_page(Can.VIEW_DUTIES)
def duties(request: FirmRequest) -> HttpResponse:
    """Every pair, with who is in breach of it; what waits for somebody comes first."""
    pairs = reports.every_pair(request.actor)
    context = {
        "tabs": access_tabs(request, "access:duties"),
        "lines": reports.duty_lines(pairs),
        "retired": reports.duty_lines(reports.every_pair(request.actor, retired=True)),
        "suggested": reports.suggestions(pairs),
        "may_manage": may(request.actor, Can.MANAGE_DUTIES),
    }
    return page(request, "access/duties.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.MANAGE_DUTIES)
def duty_new(request: FirmRequest) -> HttpResponse:
    """Choose the one power, then the other; then how they are kept apart, and why."""
    known = actions.keepable()
    chosen = [given if (given := request.GET.get(name, "")) in known else "" for name in ("first", "second")]
    first, second = chosen
    if first and second and first != second:
        return _pair_form(request, first, second)
    text = searched(request.GET.get("q", ""))
    context = {
        "crumbs": _crumbs(),
        "first": first,
        "first_title": title_of(first) if first else "",
        "q": text,
        "found": reports.choices(text, first),
    }
    return page(request, "access/duty_choose.html#choices", context)


def _pair_form(request: FirmRequest, first: str, second: str) -> HttpResponse:
    form = PairForm(sent(request), initial={"kind": request.GET.get("kind", DutyPair.Kind.HOLD)})
    if form.is_bound and form.is_valid():
        given = {"first": first, "second": second, **form.cleaned_data}
        went, made = form.carry_out(lambda: actions.part_duties(request.actor, **given))
        if went and made is not None:
            waits = made.in_force_at is None
            said = (
                _("Noted. It is in force once nobody has both who is not exempt.")
                if waits
                else _("They are kept apart from this moment on.")
            )
            toast(request, said, tone="info" if waits else "success")
            return go("access:duty", pk=made.pk)
    return form_page(
        request,
        form,
        title=_("Keep two duties apart"),
        submit=_("Keep them apart"),
        back_url=link("access:duty_new"),
        crumbs=_crumbs(),
        template="access/duty_form.html",
        first=title_of(first),
        second=title_of(second),
    )


@require_safe
@staff_page(Can.VIEW_DUTIES)
def duty(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One pair: who has both and from where, who is exempt until when, what was refused."""
    pair = _pair(request, pk)
    context = {
        "crumbs": _crumbs(),
        "pair": pair,
        "line": reports.duty_lines([pair])[0],
        "refusals": reports.refusals(pair),
        "history": reports.history(request.actor, pair),
        "me": request.actor.membership_id,
        "may_manage": may(request.actor, Can.MANAGE_DUTIES) and pair.retired_at is None,
    }
    return page(request, "access/duty.html", context)


@require_POST
@staff_page(Can.MANAGE_DUTIES)
def duty_enforce(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Put it in force, now that nobody has both who is not exempt."""
    pair = _pair(request, pk)
    carry_out(
        request,
        lambda: actions.enforce_duties(request.actor, pair),
        lambda: _("They are kept apart from this moment on."),
    )
    return go("access:duty", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.MANAGE_DUTIES)
def duty_retire(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Say that they need not be kept apart any more, and why."""
    pair = _pair(request, pk)
    form = RetireForm(sent(request))
    if form.is_bound and form.is_valid():
        went, _done = form.carry_out(lambda: actions.join_duties(request.actor, pair, **form.cleaned_data))
        if went:
            toast(request, _("They are not kept apart any more."))
            return go("access:duty", pk=pk)
    return _about(request, form, pair, title=_("Keep them apart no longer"), submit=_("Keep apart no longer"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.MANAGE_DUTIES)
def duty_exempt(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Exempt somebody else until a day; `?person=` chooses them."""
    pair = _pair(request, pk)
    members = Membership.objects.visible_to(request.actor).filter(state=Membership.State.ACTIVE)
    others = members.exclude(pk__in=[request.actor.membership_id]).select_related("user")
    form = ExemptForm(
        sent(request),
        members=others.order_by("user__name", "pk"),
        initial={
            "membership": request.GET.get("person", ""),
            "ends_at": timezone.localdate(now() + SOON),
        },
    )
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        went, _made = form.carry_out(
            lambda: actions.exempt(
                request.actor, pair, given["membership"], reason=given["reason"], ends_at=form.until()
            )
        )
        if went:
            toast(
                request, _("%(name)s is exempt. It ends by itself.") % {"name": given["membership"].user.name}
            )
            return go("access:duty", pk=pk)
    return _about(request, form, pair, title=_("Exempt somebody"), submit=_("Exempt until then"))


@require_POST
@staff_page(Can.MANAGE_DUTIES)
def duty_exempt_end(request: FirmRequest, pk: UUID) -> HttpResponse:
    """End an exception before its time."""
    # Not joined, as joined it would take longer for what is another firm’s than for what is nowhere.
    rows = DutyException.objects.visible_to(request.actor).prefetch_related("pair", "membership__user")
    granted: DutyException = get_object_or_404(rows, pk=pk)
    carry_out(
        request,
        lambda: actions.end_exemption(request.actor, granted),
        lambda: _("%(name)s is not exempt any more.") % {"name": granted.membership.user.name},
    )
    return go("access:duty", pk=granted.pair_id)


def _pair(request: FirmRequest, pk: UUID) -> DutyPair:
    found: DutyPair = get_object_or_404(DutyPair.objects.visible_to(request.actor), pk=pk)
    return found


def _about(request: FirmRequest, form: Any, pair: DutyPair, *, title: str, submit: str) -> HttpResponse:
    """A form about one pair, under its two powers."""
    words = f"{title_of(pair.power_a)} | {title_of(pair.power_b)}"
    return form_page(
        request,
        form,
        title=title,
        submit=submit,
        back_url=link("access:duty", pk=pair.pk),
        crumbs=(*_crumbs(), Crumb(label=words, url=link("access:duty", pk=pair.pk))),
        template="access/duty_form.html",
        first=title_of(pair.power_a),
        second=title_of(pair.power_b),
    )


def _crumbs() -> tuple[Crumb, ...]:
    return (
        Crumb(label=_("Access"), url=link("access:roles")),
        Crumb(label=_("Duties apart"), url=link("access:duties")),
    )
