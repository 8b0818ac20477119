"""What waits for this person's approval, and what became of what they asked for."""

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from firmament.kernel.approvals.models import Decision
from firmament.kernel.approvals.policies import Can
from firmament.kernel.approvals.waiting import Waiting, asked_by, pending_for
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.forms import sent
from firmament.kernel.web.links import go, row_links
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.lib.instant import today
from firmament.modules.governance.actions import Decided, decide_together
from firmament.modules.governance.forms import DecideForm
from firmament.modules.governance.reports import Reading, readings

TONES = {
    "pending": "waiting",
    "approved": "success",
    "rejected": "danger",
    "withdrawn": "neutral",
    "superseded": "neutral",
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.VIEW)
def approvals(request: FirmRequest) -> HttpResponse:
    """What each question changes, and an answer to one or to several; each line leads to the thing itself."""
    waiting = pending_for(request.actor)
    form = DecideForm(sent(request), waiting=waiting)
    if form.is_bound and form.is_valid():
        chosen = [row for row in waiting if str(row.id) in form.cleaned_data["chosen"]]
        verdict, comment = form.cleaned_data["verdict"], form.cleaned_data["comment"]
        _say(request, verdict, decide_together(request.actor, chosen, verdict=verdict, comment=comment))
        return go("governance:approvals")
    context = {
        "waiting": _lines(waiting, readings(waiting)),
        "asked": _lines(asked_by(request.actor), {}),
        "today": today(current_firm().timezone),
        "form": form,
        "chosen": request.POST.getlist("chosen"),
    }
    return page(request, "governance/approvals.html", context, status=422 if form.errors else 200)


def _say(request: FirmRequest, verdict: str, decided: Decided) -> None:
    if decided.done and verdict == Decision.Verdict.APPROVE:
        toast(request, ngettext("%(n)s approved.", "%(n)s approved.", decided.done) % {"n": decided.done})
    elif decided.done:
        toast(request, ngettext("%(n)s sent back.", "%(n)s sent back.", decided.done) % {"n": decided.done})
    for name, reason in decided.refused:
        toast(request, f"{name}: {reason}", tone="warning")


def _lines(rows: list[Waiting], read: Mapping[UUID, Reading]) -> list[dict[str, object]]:
    addresses = {row.url_name: row_links(row.url_name) for row in rows}
    return [
        {
            "row": row,
            "id": str(row.id),
            "reading": read.get(row.id),
            "url": addresses[row.url_name](row.object_id),
            "tone": TONES[row.approval.state],
            "state": row.approval.get_state_display(),
        }
        for row in rows
    ]
