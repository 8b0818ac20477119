"""Where somebody waits for a list that is being written, and finds those they asked for before.

At the list's own address (`?exports=<id>`), so that whoever may not open the list does not get there either.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, HttpResponseRedirect

from firmament.kernel.files.delivery import signed_url
from firmament.kernel.files.models import StoredFile
from firmament.kernel.jobs.models import OPEN, JobRun
from firmament.kernel.jobs.operations import request_cancel
from firmament.kernel.policies.authority import authority_of
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.exports import PARAMETER
from firmament.kernel.web.filters import as_uuid
from firmament.kernel.web.models import Export
from firmament.kernel.web.page import page
from firmament.kernel.web.policies import Can
from firmament.kernel.web.requests import FirmRequest
from firmament.lib.instant import now

if TYPE_CHECKING:
    from firmament.kernel.web.lists import ListPage

# What left a list grows old, and holds names and addresses.
KEPT = timedelta(days=1)
RECENT = 8
TEMPLATE = "web/exports.html"


def answer(request: FirmRequest, form: "ListPage") -> HttpResponse:
    """The exports of this list that the reader asked for; one of them in full, its file, or its end (POST)."""
    if form.export_power:
        require(request.actor, form.export_power)
    mine = Export.objects.visible_to(request.actor).filter(
        list_name=form.name, path=request.path_info, created_at__gt=now() - KEPT
    )
    pk = as_uuid(request.GET.get(PARAMETER, ""))
    one = mine.select_related("file").filter(pk=pk).first() if pk else None
    if pk and one is None:
        raise Http404
    if one is not None and request.method == "POST":
        return _stop(request, one)
    if one is not None and "file" in request.GET:
        return _file(request, one)
    earlier = mine.exclude(pk=one.pk) if one is not None else mine
    return _show(request, form, one, earlier.select_related("file").order_by("-created_at"))


def _show(request: FirmRequest, form: "ListPage", one: Export | None, earlier: Any) -> HttpResponse:
    run = _run_of(one) if one is not None else None
    state = state_of(request.actor, file=one.file, reach=one.reach, run=run) if one is not None else ""
    context = {
        "list": form,
        "one": _words(request, one) if one is not None else None,
        "run": run,
        "state": state,
        "waits": state in ("working", "checking"),
        "earlier": [
            {
                **_words(request, other),
                "state": state_of(request.actor, file=other.file, reach=other.reach, run=_run_of(other)),
            }
            for other in earlier[:RECENT]
        ],
        "list_url": f"{request.path}?{one.query}" if one is not None and one.query else request.path,
        "hours": KEPT // timedelta(hours=1),
    }
    response = page(request, TEMPLATE, context)
    if not context["waits"] and request.headers.get("HX-Target", "").endswith("#progress"):
        # The piece that was watched has come to its end; the page around it says what follows.
        response.headers["HX-Refresh"] = "true"
    return response


def _words(request: FirmRequest, one: Export) -> dict[str, Any]:
    url = f"{request.path}?{PARAMETER}={one.pk}"
    return {
        "url": url,
        "file_url": f"{url}&file",
        "format": Export.Format(one.format).label,
        "rows": one.rows,
        "at": one.created_at,
        "size": one.file.size if one.file else 0,
        "reason": one.file.reason if one.file else "",
    }


def state_of(actor: Actor, *, file: StoredFile | None, reach: str, run: JobRun | None) -> str:
    """How far a file is that somebody asked for: working, stopped, checking, quarantined, closed or ready.

    `reach` is what the actor could see when it was written; once that is another, the file is closed.
    """
    if file is None:
        return "working" if run is None or run.state in OPEN else "stopped"
    match file.state:
        case StoredFile.State.READY:
            return "ready" if reach == authority_of(actor).reach else "closed"
        case StoredFile.State.SCANNING:
            return "checking"
        case _:
            return "quarantined"


def _run_of(one: Export) -> JobRun | None:
    run = JobRun.objects.following(one.entry_id).first() if one.entry_id else None
    return run if isinstance(run, JobRun) else None


def _file(request: FirmRequest, one: Export) -> HttpResponse:
    if one.file is None or state_of(request.actor, file=one.file, reach=one.reach, run=None) != "ready":
        # The page says why there is nothing to open.
        return HttpResponseRedirect(_words(request, one)["url"])
    return HttpResponseRedirect(signed_url(request.actor, one.file, power=Can.OPEN_EXPORT, subject=one))


def _stop(request: FirmRequest, one: Export) -> HttpResponse:
    run = _run_of(one)
    if run is not None:
        request_cancel(request.actor, run)
    return HttpResponseRedirect(_words(request, one)["url"], status=303)
