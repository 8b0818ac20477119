"""Erasing what is personal in the trail: of one entry, of all about one thing, or whatever holds a text."""

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.links import link
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.modules.audit.actions import erase_personal_values, note_reading
from firmament.modules.audit.events import TrailRead
from firmament.modules.audit.forms import EraseForm, FindForm
from firmament.modules.audit.policies import Can
from firmament.modules.audit.reports import personal
from firmament.modules.audit.reports.trail import entries_for
from firmament.ui.shapes import Crumb


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.ERASE, recorded_read=True)
def erase_entry(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What is personal in one entry."""
    entry = get_object_or_404(entries_for(request.actor), pk=pk)
    values = personal.values_of(request.actor, entry)
    return _erase(request, values, TrailRead(entry_id=pk), back=link("audit:entry", pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.ERASE, recorded_read=True)
def erase_about(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What is personal in every entry about one thing."""
    values = personal.values_about(request.actor, pk)
    if values is None:
        raise Http404
    return _erase(request, values, TrailRead(), back=link("audit:trail"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.ERASE, recorded_read=True)
def erase_text(request: FirmRequest) -> HttpResponse:
    """Whatever holds a text. It is sent in the body and never stands in an address, which logs and histories keep."""
    find = FindForm(request.POST if request.method == "POST" else None)
    if not find.is_valid():
        context = {
            "form": find,
            "title": _("Erase personal values"),
            "submit": _("Look for it"),
            "back_url": link("audit:trail"),
            "crumbs": _crumbs(),
        }
        return page(request, "audit/erase_find.html", context, status=422 if find.is_bound else 200)
    text: str = find.cleaned_data["text"]
    # The text itself is not written down: it is what is to be forgotten.
    return _erase(
        request,
        personal.values_holding(request.actor, text),
        TrailRead(),
        back=link("audit:erase"),
        text=text,
    )


def _erase(
    request: FirmRequest, kept: personal.Kept, reading: TrailRead, *, back: str, text: str = ""
) -> HttpResponse:
    """First what would be lost; then, with a reason and the word, it is."""
    decided = "reason" in request.POST
    form = EraseForm(request.POST if decided else None)
    if decided and form.is_valid():
        reason: str = form.cleaned_data["reason"]
        went, erased = form.carry_out(
            lambda: erase_personal_values(request.actor, kept.values, reason=reason, rows=kept.rows)
        )
        if went:
            words = ngettext("%(n)d value erased for good.", "%(n)d values erased for good.", erased or 0)
            toast(request, words % {"n": erased})
            return HttpResponseRedirect(link("audit:trail"), status=303)
    if not decided:
        note_reading(request.actor, reading)
    context = {
        "form": form,
        "text": text,
        "loss": personal.loss(request.actor, kept),
        "title": _("Erase personal values"),
        "back_url": back,
        "crumbs": _crumbs(),
    }
    return page(request, "audit/erase.html", context, status=422 if form.errors else 200)


def _crumbs() -> tuple[Crumb, ...]:
    return (Crumb(label=_("Audit trail"), url=link("audit:trail")),)
