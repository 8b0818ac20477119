"""The proof of the trail: how far it is signed, whether it is whole, and files that prove it elsewhere."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firmament.kernel.files.delivery import signed_url
from firmament.kernel.jobs.models import JobRun
from firmament.kernel.policies.authority import authority_of
from firmament.kernel.policies.decide import may
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.export_pages import state_of
from firmament.kernel.web.forms import sent
from firmament.kernel.web.links import link
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.modules.audit import actions
from firmament.modules.audit.actions import ask_verification, note_reading, request_proof_export
from firmament.modules.audit.events import TrailRead
from firmament.modules.audit.forms import OutletForm, ProofExportForm
from firmament.modules.audit.gateways import webhook_secret
from firmament.modules.audit.models import ProofExport
from firmament.modules.audit.policies import Can
from firmament.modules.audit.reports import proof as reports
from firmament.modules.audit.reports.trail import entries_for
from firmament.ui.shapes import Crumb


@require_safe
@staff_page(Can.VIEW)
def proof(request: FirmRequest) -> HttpResponse:
    """How far the trail is signed, and what the last verification found; while one is at work, its progress."""
    state = reports.state()
    context = {
        "state": state,
        "may_verify": may(request.actor, Can.VERIFY),
        "may_export": may(request.actor, Can.EXPORT),
        "may_send": may(request.actor, Can.SEND_CHECKPOINTS),
        "outlet": actions.outlet(),
        "crumbs": (Crumb(label=_("Audit trail"), url=link("audit:trail")),),
    }
    response = page(request, "audit/proof.html#progress", context)
    if state.run is None and request.headers.get("HX-Target", "").endswith("#progress"):
        # What was watched has come to its end; the page around it says what was found.
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
@staff_page(Can.VERIFY)
def verify(request: FirmRequest) -> HttpResponse:
    """Verify now; one at a time."""
    if reports.verification_at_work() is None:
        ask_verification(request.actor)
    return HttpResponseRedirect(link("audit:proof"), status=303)


@require_safe
@staff_page(Can.VIEW)
def checkpoint(request: FirmRequest) -> HttpResponse:
    """The last checkpoint as a file, to be kept somewhere else."""
    found = reports.newest_checkpoint()
    if found is None:
        # The page says that there is none yet, and when there will be.
        return HttpResponseRedirect(link("audit:proof"))
    return HttpResponse(
        found.note,
        content_type="text/plain; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="checkpoint-{found.size}.txt"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.SEND_CHECKPOINTS)
def outlet(request: FirmRequest) -> HttpResponse:
    """Where checkpoints go, so that somebody outside keeps them."""
    row = actions.outlet()
    before = {"daily_mail": row.daily_mail, "webhook_url": row.webhook_url}
    form = OutletForm(sent(request), initial=before)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        done, _row = form.carry_out(
            lambda: actions.choose_outlet(
                request.actor,
                daily_mail=given["daily_mail"],
                webhook_url=given["webhook_url"],
                new_secret=given["new_secret"],
            )
        )
        if done:
            toast(request, _("Saved."))
            return HttpResponseRedirect(link("audit:proof_outlet"), status=303)
    kept = not row._state.adding and bool(row.webhook_url)
    context = {
        "form": form,
        "outlet": row,
        "secret": webhook_secret(bytes(row.salt)) if kept else "",
        "crumbs": _crumbs(),
    }
    return page(request, "audit/proof_outlet.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.EXPORT)
def export(request: FirmRequest) -> HttpResponse:
    """Ask for an export, and find those asked for before."""
    form = ProofExportForm(sent(request))
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        done, made = form.carry_out(
            lambda: request_proof_export(
                request.actor,
                first_day=given["first_day"],
                last_day=given["last_day"],
                with_values=given["with_values"],
            )
        )
        if done and made is not None:
            return HttpResponseRedirect(link("audit:proof_export", pk=made.pk), status=303)
    mine = ProofExport.objects.visible_to(request.actor).order_by("-created_at")[:10]
    context = {
        "form": form,
        "earlier": mine,
        "walled": authority_of(request.actor).walled,
        "crumbs": _crumbs(),
    }
    return page(request, "audit/proof_exports.html", context, status=422 if form.errors else 200)


@require_safe
@staff_page(Can.EXPORT)
def exported(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One export: how far it is, and then its file."""
    made = get_object_or_404(ProofExport.objects.visible_to(request.actor).select_related("file"), pk=pk)
    run = JobRun.objects.following(made.entry_id).first() if made.entry_id else None
    state = state_of(request.actor, file=made.file, reach=made.reach, run=run)
    crumbs = (*_crumbs(), Crumb(label=_("Export with proof"), url=link("audit:proof_exports")))
    context = {"made": made, "run": run, "state": state, "crumbs": crumbs}
    response = page(request, "audit/proof_export.html#progress", context)
    if state not in ("working", "checking") and request.headers.get("HX-Target", "").endswith("#progress"):
        response.headers["HX-Refresh"] = "true"
    return response


@require_safe
@staff_page(Can.EXPORT)
def export_file(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The file itself, by a link for this person and this minute."""
    made = get_object_or_404(ProofExport.objects.visible_to(request.actor).select_related("file"), pk=pk)
    if made.file is None or state_of(request.actor, file=made.file, reach=made.reach, run=None) != "ready":
        # The page says why there is nothing to open.
        toast(request, _("There is no file to open yet."), tone="warning")
        return HttpResponseRedirect(link("audit:proof_export", pk=made.pk))
    return HttpResponseRedirect(signed_url(request.actor, made.file, power=Can.OPEN_EXPORT, subject=made))


@require_safe
@staff_page(Can.VIEW, recorded_read=True)
def entry_proof(request: FirmRequest, pk: UUID) -> HttpResponse:
    """One entry's number, and the hashes that lead from it to the signed root."""
    found = get_object_or_404(entries_for(request.actor), pk=pk)
    context = {
        "proof": reports.proof_of(found.pk),
        "entry_id": found.pk,
        "crumbs": (
            Crumb(label=_("Audit trail"), url=link("audit:trail")),
            Crumb(label=_("Entry"), url=link("audit:entry", pk=found.pk)),
        ),
    }
    response = page(request, "audit/entry_proof.html", context)
    note_reading(request.actor, TrailRead(entry_id=found.pk))
    return response


def _crumbs() -> tuple[Crumb, ...]:
    return (
        Crumb(label=_("Audit trail"), url=link("audit:trail")),
        Crumb(label=_("Proof"), url=link("audit:proof")),
    )
