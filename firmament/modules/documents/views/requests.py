"""Document requests, for staff."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from firmament.kernel.files.delivery import signed_url
from firmament.kernel.messages.render import Recipient, preview
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.forms import keep_wording, offer_wording
from firmament.kernel.web.links import link
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.modules.clients.public import ClientCard, visible_client
from firmament.modules.documents.actions import requests, review
from firmament.modules.documents.forms import BaseItemFormSet, ReasonForm, RequestForm, item_formset
from firmament.modules.documents.models import DocumentRequest, RequestItem, Submission
from firmament.modules.documents.policies import Can
from firmament.modules.documents.reports.letters import letter_about, readers
from firmament.modules.documents.reports.requests import request_for_staff


@staff_page(Can.REQUEST)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: FirmRequest, client: UUID) -> HttpResponseBase:
    card = visible_client(request.actor, client)
    if card is None:
        raise Http404
    form = RequestForm(request.POST or None, actor=request.actor, client_id=client)
    _offer_wording(request, form, client)
    items = item_formset(request.POST or None)
    if request.method == "POST" and _complete(form, items):
        try:
            drafted = requests.draft_request(request.actor, client, items=items.drafts(), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            keep_wording(request, drafted, text=drafted.note, sent=False)
            toast(request, _("Draft saved. Look at the letter, then send it."))
            return redirect(drafted)
    return _form_page(request, card, form, items)


@staff_page(Can.REQUEST)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: FirmRequest, pk: UUID) -> HttpResponseBase:
    found = _request(request, pk)
    card = visible_client(request.actor, found.client_id)
    assert card is not None  # whoever sees the request sees its client
    draft = found.state == DocumentRequest.State.DRAFT
    initial = {name: getattr(found, name) for name in ("title", "due_on", "note", "remind")}
    initial["engagement_id"] = str(found.engagement_id or "")
    form = RequestForm(request.POST or None, initial=initial, actor=request.actor, client_id=found.client_id)
    _offer_wording(request, form, found.client_id)
    rows = list(found.items.order_by("position", "pk"))
    items = item_formset(request.POST or None, items=rows, rows=len(rows) + 2)
    if request.method == "POST" and (_complete(form, items) if draft else form.is_valid()):
        try:
            requests.change_request(
                request.actor, found, items=items.drafts() if draft else None, **form.cleaned_data
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            keep_wording(request, found, text=form.cleaned_data["note"], sent=not draft)
            toast(request, _("Saved."))
            return redirect(found)
    return _form_page(request, card, form, items if draft else None, found)


@staff_page(Can.VIEW_REQUEST)
@require_GET
def request_page(request: FirmRequest, pk: UUID) -> HttpResponse:
    return _page(request, _request(request, pk))


@staff_page(Can.VIEW_REQUEST)
@require_GET
def letter(request: FirmRequest, pk: UUID) -> HttpResponse:
    """The letter as the client would read it, and who would get it."""
    found = _request(request, pk)
    people = readers(found)
    to = people[0].to if people else Recipient(name=_("the client’s contact"), email="")
    rendered = preview("documents.request_sent", letter_about(found), to)
    context = {"document_request": found, "letter": rendered, "people": people}
    return page(request, "documents/request_letter.html", context)


@staff_page(Can.REQUEST)
@require_POST
def send(request: FirmRequest, pk: UUID) -> HttpResponseBase:
    found = _request(request, pk)
    return _do(request, found, lambda: requests.send_request(request.actor, found), _("Sent to the client."))


@staff_page(Can.REQUEST)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: FirmRequest, pk: UUID) -> HttpResponseBase:
    found = _request(request, pk)
    return _with_reason(
        request,
        found,
        title=_("Cancel this request"),
        about=_("The client is no longer asked or reminded. What they handed in stays."),
        submit=_("Cancel the request"),
        act=lambda reason: requests.cancel_request(request.actor, found, reason=reason),
        done=_("Request canceled."),
    )


@staff_page(Can.REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def waive(request: FirmRequest, pk: UUID) -> HttpResponseBase:
    item = _item(request, pk)
    return _with_reason(
        request,
        item.request,
        title=_("Not needed: %(item)s") % {"item": item.title},
        about=_("The reason stays beside the document in your records."),
        submit=_("Mark as not needed"),
        act=lambda reason: review.waive_item(request.actor, item, reason=reason),
        done=_("Marked as not needed."),
    )


@staff_page(Can.REVIEW)
@require_POST
def reopen(request: FirmRequest, pk: UUID) -> HttpResponseBase:
    item = _item(request, pk)
    return _do(request, item.request, lambda: review.reopen_item(request.actor, item), _("Asked for again."))


@staff_page(Can.REVIEW)
@require_POST
def accept(request: FirmRequest, pk: UUID) -> HttpResponseBase:
    found = _submission(request, pk)
    return _do(
        request, found.item.request, lambda: review.accept_submission(request.actor, found), _("Accepted.")
    )


@staff_page(Can.REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def reject(request: FirmRequest, pk: UUID) -> HttpResponseBase:
    found = _submission(request, pk)
    return _with_reason(
        request,
        found.item.request,
        channel="email",
        title=_("Reject %(file)s") % {"file": found.file.name},
        about=_("The client reads this reason and is asked for another file. The old file is kept."),
        submit=_("Reject and tell the client"),
        act=lambda reason: review.reject_submission(request.actor, found, reason=reason),
        done=_("Rejected. The client is told why."),
    )


@staff_page(Can.DOWNLOAD)
@require_GET
def download(request: FirmRequest, pk: UUID) -> HttpResponseBase:
    found = _submission(request, pk)
    if not found.file.is_ready:
        raise Http404
    return redirect(signed_url(request.actor, found.file, power=Can.DOWNLOAD, subject=found))


def _request(request: FirmRequest, pk: UUID) -> DocumentRequest:
    rows = DocumentRequest.objects.visible_to(request.actor).select_related("client", "requested_by__user")
    found: DocumentRequest = get_object_or_404(rows, pk=pk)
    return found


def _item(request: FirmRequest, pk: UUID) -> RequestItem:
    rows = RequestItem.objects.visible_to(request.actor).select_related("request__client")
    found: RequestItem = get_object_or_404(rows, pk=pk)
    return found


def _submission(request: FirmRequest, pk: UUID) -> Submission:
    rows = Submission.objects.visible_to(request.actor).select_related("file", "item__request__client")
    found: Submission = get_object_or_404(rows, pk=pk)
    return found


def _offer_wording(request: FirmRequest, form: RequestForm, client_id: UUID) -> None:
    place = {"channel": "email", "place": "documents.request"}
    offer_wording(form, "note", request.actor, **place, client=client_id, engagement="engagement_id")


def _complete(form: RequestForm, items: BaseItemFormSet) -> bool:
    """Both are valid; asked separately, so that all that is wrong is shown at once."""
    if "rows" in items.data:
        return False
    if not form.is_valid() or not items.is_valid():
        items.is_valid()
        return False
    if not items.drafts():
        form.add_error(None, _("Name at least one document."))
        return False
    return True


def _form_page(
    request: FirmRequest,
    card: ClientCard,
    form: RequestForm,
    items: BaseItemFormSet | None,
    found: DocumentRequest | None = None,
) -> HttpResponse:
    context = {
        "client": card,
        "form": form,
        "items": items,
        "document_request": found,
        "back_url": found.get_absolute_url() if found else link("clients:client", pk=card.id),
    }
    status = 422 if form.is_bound and "rows" not in form.data else 200
    return page(request, "documents/request_form.html#form", context, status=status)


def _page(
    request: FirmRequest, found: DocumentRequest, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {**request_for_staff(request.actor, found), "problem": problem}
    return page(request, "documents/request.html#work", context, status=status)


def _do(
    request: FirmRequest, found: DocumentRequest, act: Callable[[], object], done: str
) -> HttpResponseBase:
    """One press of a button: do it, say it, show the request again."""
    try:
        act()
    except ValidationError as error:
        return _page(request, found, problem=" ".join(error.messages), status=422)
    toast(request, done)
    return redirect(found)


def _with_reason(
    request: FirmRequest,
    found: DocumentRequest,
    *,
    act: Callable[[str], object],
    done: str,
    channel: str = "note",
    **words: Any,
) -> HttpResponseBase:
    """Something that needs a reason: ask for it, do it, show the request again. `channel`: what the reason is."""
    form = ReasonForm(request.POST or None)
    about = {"client": found.client_id, "engagement": found.engagement_id}
    offer_wording(form, "reason", request.actor, channel=channel, place="documents.reason", **about)
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data["reason"])
        except ValidationError as error:
            form.add_error(None, " ".join(error.messages))
        else:
            keep_wording(request, found, text=form.cleaned_data["reason"], sent=True)
            toast(request, done)
            return redirect(found)
    context = {**words, "form": form, "document_request": found, "back_url": found.get_absolute_url()}
    status = 422 if form.is_bound else 200
    return page(request, "documents/reason.html#form", context, status=status)
