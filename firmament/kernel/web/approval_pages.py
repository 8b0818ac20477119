"""Approving a thing on its own page: the question there, and the four things that people do about it.

A room says once how its things are approved, and has an address and a view for each of the four; their names are the
page's own (`declare_approvals(url_name=…)`) with the ending `_ask`, `_withdraw`, `_approve` or `_send_back`:

    APPROVAL = ApprovalPages(
        load=snippet_of, draw=detail, ask=ask_approval, withdraw=withdraw_request, decide=decide_snippet
    )

    @require_POST
    @staff_page(Can.APPROVE)
    def approve(request: FirmRequest, pk: UUID) -> HttpResponse:
        return approve_page(request, APPROVAL, pk)

Its page includes `web/approval.html` where there is an `approval`, and `web/approval_dialogs.html`, with the values of
`question_on`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firmament.kernel.approvals.models import Approval, Decision
from firmament.kernel.approvals.policy import approval_policy, kind_of
from firmament.kernel.policies.decide import allows
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import FirmModel
from firmament.kernel.web.forms import ActionForm
from firmament.kernel.web.links import go, link
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import carry_out, toast


class AskForm(ActionForm):
    """Ask somebody to approve it."""

    base_fields = {
        "note": forms.CharField(
            label=gettext_lazy("What they should know"),
            required=False,
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 3}),
        ),
        "due_on": forms.DateField(
            label=gettext_lazy("Wanted by"),
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        ),
    }


class SendBackForm(ActionForm):
    """Say what has to change."""

    base_fields = {
        "comment": forms.CharField(
            label=gettext_lazy("What has to change"),
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 3}),
        )
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalPages:
    """How things of one kind are approved.

    `load(request, pk)` gives the thing or 404, `draw(request, thing, open_dialog=…, status=…, **forms)` its page. The
    room's actions are called as `ask(actor, thing, note=…, due_on=…)`, `withdraw(actor, thing, approval)` and
    `decide(actor, thing, approval, verdict=…, comment=…)`. `said(thing)` is what is said when the question is closed.
    """

    load: Callable[[FirmRequest, UUID], Any]
    draw: Callable[..., HttpResponse]
    ask: Callable[..., object]
    withdraw: Callable[..., object]
    decide: Callable[..., object]
    said: Callable[[Any], str]


def question_on(actor: Actor, thing: FirmModel, *, latest: int, may_ask: bool) -> dict[str, Any]:
    """What the thing's page shows of the open question, and what this person may do about it now; one query.

    `latest` is the number of its latest version; `may_ask`, whether this person might ask about that if nobody had.
    """
    policy = approval_policy(kind_of(thing))
    found = Approval.objects.pending().about(policy.kind, thing.pk).select_related("asked_by__user").first()
    current = found is not None and found.version_number == latest
    theirs = found is not None and actor.membership_id in found.authors
    return {
        "approval": found,
        "is_current": current,
        "may_ask": may_ask and not current,
        "may_decide": current and not theirs and allows(actor, policy.power, thing),
        "may_withdraw": found is not None and found.asked_by_id == actor.membership_id,
        "approval_urls": {
            step: link(f"{policy.url_name}_{step}", pk=thing.pk)
            for step in ("ask", "withdraw", "approve", "send_back")
        },
        "ask_form": AskForm(),
        "send_back_form": SendBackForm(),
    }


def ask_page(request: FirmRequest, pages: ApprovalPages, pk: UUID) -> HttpResponse:
    """Ask for approval of the latest version."""
    thing = pages.load(request, pk)
    form = AskForm(request.POST)
    if form.is_valid():
        went, _n = form.carry_out(lambda: pages.ask(request.actor, thing, **form.cleaned_data))
        if went:
            toast(request, _("Those who may approve see it now."))
            return _back(thing)
    return pages.draw(request, thing, open_dialog="ask", ask_form=form, status=422)


def withdraw_page(request: FirmRequest, pages: ApprovalPages, pk: UUID) -> HttpResponse:
    """Take the question back."""
    thing, approval = _asked(request, pages, pk)
    return _closed(request, pages, thing, lambda: pages.withdraw(request.actor, thing, approval))


def approve_page(request: FirmRequest, pages: ApprovalPages, pk: UUID) -> HttpResponse:
    """Approve the version that was asked about."""
    thing, approval = _asked(request, pages, pk)
    verdict = Decision.Verdict.APPROVE
    return _closed(
        request, pages, thing, lambda: pages.decide(request.actor, thing, approval, verdict=verdict)
    )


def send_back_page(request: FirmRequest, pages: ApprovalPages, pk: UUID) -> HttpResponse:
    """Refuse it, and say what has to change."""
    thing, approval = _asked(request, pages, pk)
    form = SendBackForm(request.POST)
    if form.is_valid():
        said = {"verdict": Decision.Verdict.REJECT, "comment": form.cleaned_data["comment"]}
        went, _n = form.carry_out(lambda: pages.decide(request.actor, thing, approval, **said))
        if went:
            toast(request, _("It was sent back."))
            return _back(thing)
    return pages.draw(request, thing, open_dialog="send-back", send_back_form=form, status=422)


def _asked(request: FirmRequest, pages: ApprovalPages, pk: UUID) -> tuple[FirmModel, Approval]:
    thing = pages.load(request, pk)
    return thing, get_object_or_404(Approval.objects.pending().about(kind_of(thing), thing.pk))


def _closed(
    request: FirmRequest, pages: ApprovalPages, thing: FirmModel, act: Callable[[], object]
) -> HttpResponse:
    def said() -> str:
        thing.refresh_from_db()
        return pages.said(thing)

    carry_out(request, act, said)
    return _back(thing)


def _back(thing: FirmModel) -> HttpResponse:
    return go(approval_policy(kind_of(thing)).url_name, pk=thing.pk)
