"""Document requests, for the client: what is asked, and where to hand it in."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from firmament.kernel.files.delivery import signed_url
from firmament.kernel.files.limits import Refused
from firmament.kernel.web.entrances import portal_page
from firmament.kernel.web.links import link
from firmament.kernel.web.page import page, wants_fragment
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.modules.documents.actions.submissions import submit_file, withdraw_submission
from firmament.modules.documents.models import DocumentRequest, RequestItem, Submission
from firmament.modules.documents.policies import Can
from firmament.modules.documents.reports.items import item_lines
from firmament.modules.documents.reports.requests import request_for_client, requests_for_client


@portal_page(Can.VIEW_REQUEST)
@require_GET
def request_list(request: FirmRequest) -> HttpResponse:
    return page(request, "documents/portal/request_list.html", requests_for_client(request.actor))


@portal_page(Can.VIEW_REQUEST)
@require_GET
def request_page(request: FirmRequest, pk: UUID) -> HttpResponse:
    return _page(request, _request(request, pk))


@portal_page(Can.UPLOAD)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: FirmRequest, pk: UUID) -> HttpResponseBase:
    """Take one file or several; a refused one is said so and stops none of the others.

    GET draws the files of the item alone: the page asks for it while they are being scanned.
    """
    rows = RequestItem.objects.visible_to(request.actor).select_related("request__client")
    item: RequestItem = get_object_or_404(rows, pk=pk)
    if request.method != "POST":
        return _files(request, item)
    wants_json = "application/json" in request.headers.get("Accept", "")
    problems = []
    files = request.FILES.getlist("file")
    if not files:
        problems.append(_("Choose a file first."))
    for uploaded in files:
        try:
            submit_file(request.actor, item, uploaded)
        except Refused as refusal:
            problems.append(f"{uploaded.name}: {refusal}" if len(files) > 1 else str(refusal))
        except ValidationError as error:
            problems.append(" ".join(error.messages))
    if wants_json:
        return _answer(problems)
    if len(problems) < len(files):
        toast(request, _("Received. We check it for viruses, then your firm looks at it."))
    if problems and len(problems) >= len(files):
        return _page(request, item.request, problems=problems, status=422)
    for problem in problems:
        toast(request, problem, tone="danger")
    return redirect(link("documents_portal:request", pk=item.request_id))


@portal_page(Can.UPLOAD)
@require_POST
def withdraw(request: FirmRequest, pk: UUID) -> HttpResponseBase:
    found = _submission(request, pk)
    try:
        withdraw_submission(request.actor, found)
    except ValidationError as error:
        return _page(request, found.item.request, problems=error.messages, status=422)
    toast(request, _("Taken back."))
    return redirect(link("documents_portal:request", pk=found.item.request_id))


@portal_page(Can.DOWNLOAD)
@require_GET
def download(request: FirmRequest, pk: UUID) -> HttpResponseBase:
    found = _submission(request, pk)
    if not found.file.is_ready:
        raise Http404
    return redirect(signed_url(request.actor, found.file, power=Can.DOWNLOAD, subject=found))


def _files(request: FirmRequest, item: RequestItem) -> HttpResponseBase:
    if not wants_fragment(request):
        return redirect(link("documents_portal:request", pk=item.request_id))
    line = next(line for line in item_lines(request.actor, item.request) if line.id == item.pk)
    return page(request, "documents/portal/item_page.html#files", {"item": line})


def _answer(problems: list[str]) -> HttpResponse:
    """What the upload script shows beside the file."""
    if problems:
        return JsonResponse({"detail": " ".join(problems)}, status=422)
    return JsonResponse({"note": _("Received. Being checked for viruses.")}, status=201)


def _page(
    request: FirmRequest, found: DocumentRequest, *, problems: list[str] | None = None, status: int = 200
) -> HttpResponse:
    context = {**request_for_client(request.actor, found), "problems": problems or []}
    return page(request, "documents/portal/request.html#items", context, status=status)


def _request(request: FirmRequest, pk: UUID) -> DocumentRequest:
    rows = DocumentRequest.objects.visible_to(request.actor).select_related("client")
    found: DocumentRequest = get_object_or_404(rows, pk=pk)
    return found


def _submission(request: FirmRequest, pk: UUID) -> Submission:
    rows = Submission.objects.visible_to(request.actor).select_related("file", "item__request__client")
    found: Submission = get_object_or_404(rows, pk=pk)
    return found
