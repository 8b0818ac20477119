"""What pages say of requests, gathered into plain values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from firmament.kernel.ledger.timeline import activity
from firmament.kernel.policies.decide import allows
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.web.links import link
from firmament.lib.instant import today
from firmament.modules.documents.models import DocumentRequest, RequestItem, Submission
from firmament.modules.documents.policies import Can
from firmament.ui.shell import Tone

REQUEST_TONES: Mapping[str, Tone] = {
    "draft": "neutral",
    "sent": "waiting",
    "completed": "done",
    "canceled": "neutral",
}
ITEM_TONES: Mapping[str, Tone] = {
    "open": "waiting",
    "submitted": "info",
    "rejected": "warning",
    "accepted": "done",
    "waived": "neutral",
}
SUBMISSION_TONES: Mapping[str, Tone] = {
    "checking": "info",
    "quarantined": "danger",
    "pending": "info",
    "accepted": "done",
    "rejected": "warning",
    "withdrawn": "neutral",
}
ACCEPT = {
    "any": ".pdf,.jpg,.jpeg,.png,.heic,.webp,.xlsx,.xls,.csv,.ods,.docx,.doc,.odt,.txt",
    "pdf": ".pdf",
    "image": "image/*,.heic,.pdf",
    "spreadsheet": ".xlsx,.xls,.csv,.ods",
    "text": ".docx,.doc,.odt,.txt,.pdf",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequest:
    """An open request in a list. `done` of `items` are accepted or waived, `to_check` wait for staff."""

    id: UUID
    client_id: UUID
    client: str
    title: str
    due_on: date
    items: int
    done: int
    to_check: int
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """A file handed in, as a line on a page."""

    id: UUID
    name: str
    size: int
    at: datetime
    state: str
    label: str
    tone: Tone
    reason: str
    can_open: bool
    can_decide: bool
    can_withdraw: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """A document that is asked for, with what was handed in for it."""

    id: UUID
    title: str
    help: str
    rule: str
    accept: str
    max_bytes: int
    state: str
    label: str
    tone: Tone
    reason: str
    done: bool
    takes_files: bool
    files: tuple[FileLine, ...]


def open_requests(actor: Actor, *, client_ids: frozenset[UUID] | None = None) -> list[OpenRequest]:
    """The sent requests the actor may see, the most urgent first; one query."""
    rows = DocumentRequest.objects.visible_to(actor).open().with_progress().select_related("client")
    if client_ids is not None:
        rows = rows.filter(client_id__in=client_ids)
    on = today(current_firm().timezone)
    return [
        OpenRequest(
            id=row.pk,
            client_id=row.client_id,
            client=row.client.name,
            title=row.title,
            due_on=row.due_on,
            items=row.item_count,
            done=row.done_count,
            to_check=row.review_count,
            overdue=row.due_on < on,
        )
        for row in rows.order_by("due_on", "pk")
    ]


def request_for_staff(actor: Actor, request: DocumentRequest) -> dict[str, Any]:
    """Everything on the staff's page of a request."""
    items = item_lines(actor, request)
    sent = request.state == DocumentRequest.State.SENT
    return {
        "document_request": request,
        "state_label": request.get_state_display(),
        "state_tone": REQUEST_TONES[request.state],
        "overdue": sent and request.due_on < today(current_firm().timezone),
        "items": items,
        "done": sum(item.done for item in items),
        "total": len(items),
        "can_request": allows(actor, Can.REQUEST, request),
        "can_review": sent and allows(actor, Can.REVIEW, request),
        "is_draft": request.state == DocumentRequest.State.DRAFT,
        "is_open": request.state in (DocumentRequest.State.DRAFT, DocumentRequest.State.SENT),
        "is_sent": sent,
        "activity": activity("documents.documentrequest", request.pk),
        "checking": any(line.state == Submission.State.CHECKING for item in items for line in item.files),
    }


def request_for_client(actor: Actor, request: DocumentRequest) -> dict[str, Any]:
    """Everything on the client's page of a request."""
    items = item_lines(actor, request)
    return {
        "document_request": request,
        "items": items,
        "done": sum(item.done for item in items),
        "total": len(items),
        "overdue": request.due_on < today(current_firm().timezone),
        "can_upload": request.state == DocumentRequest.State.SENT and allows(actor, Can.UPLOAD, request),
        "is_completed": request.state == DocumentRequest.State.COMPLETED,
        "is_canceled": request.state == DocumentRequest.State.CANCELED,
        "checking": any(line.state == Submission.State.CHECKING for item in items for line in item.files),
    }


def requests_for_client(actor: Actor) -> dict[str, Any]:
    """The client's list: what waits for them first, then what is behind them."""
    rows = DocumentRequest.objects.visible_to(actor).with_progress().select_related("client")
    open_ones = list(rows.open().order_by("due_on", "pk"))
    closed = list(rows.exclude(state=DocumentRequest.State.SENT).order_by("-sent_at", "-pk")[:30])
    return {
        "open_requests": [_card(row) for row in open_ones],
        "closed_requests": [_card(row) for row in closed],
    }


def _card(row: Any) -> dict[str, Any]:
    """A request `with_progress`, as a line of the client's list."""
    return {
        "url": link("documents_portal:request", pk=row.pk),
        "title": row.title,
        "client": row.client.name,
        "due_on": row.due_on,
        "done": row.done_count,
        "items": row.item_count,
        "state": row.state,
        "label": row.get_state_display(),
        "tone": REQUEST_TONES[row.state],
    }


def item_lines(actor: Actor, request: DocumentRequest) -> tuple[ItemLine, ...]:
    """The items with their files; two queries."""
    items = list(request.items.order_by("position", "pk"))
    files: dict[UUID, list[Submission]] = {item.pk: [] for item in items}
    for submission in (
        Submission.objects.filter(item__in=items).select_related("file").order_by("created_at", "pk")
    ):
        files[submission.item_id].append(submission)
    sent = request.state == DocumentRequest.State.SENT
    may = {
        "open": allows(actor, Can.DOWNLOAD, request),
        "decide": sent and allows(actor, Can.REVIEW, request),
        "withdraw": sent and allows(actor, Can.UPLOAD, request),
    }
    return tuple(_item_line(item, files[item.pk], may) for item in items)


def _item_line(item: RequestItem, files: Iterable[Submission], may: Mapping[str, bool]) -> ItemLine:
    return ItemLine(
        id=item.pk,
        title=item.title,
        help=item.help,
        rule=_rule(item),
        accept=ACCEPT[item.kind],
        max_bytes=item.max_bytes,
        state=item.state,
        label=item.get_state_display(),
        tone=ITEM_TONES[item.state],
        reason=item.reason,
        done=item.is_done,
        takes_files=may["withdraw"] and not item.is_done,
        files=tuple(_file_line(submission, may) for submission in files),
    )


def _file_line(submission: Submission, may: Mapping[str, bool]) -> FileLine:
    waiting = submission.state == Submission.State.PENDING
    return FileLine(
        id=submission.pk,
        name=submission.file.name,
        size=submission.file.size,
        at=submission.created_at,
        state=submission.state,
        label=submission.get_state_display(),
        tone=SUBMISSION_TONES[submission.state],
        reason=submission.reason or (submission.file.reason if submission.state == "quarantined" else ""),
        can_open=may["open"] and submission.file.is_ready,
        can_decide=may["decide"] and waiting,
        can_withdraw=may["withdraw"] and (waiting or submission.state == Submission.State.CHECKING),
    )


def _rule(item: RequestItem) -> str:
    """The item's rules in a few words."""
    kinds = {
        "any": _("PDF, photo, spreadsheet or text"),
        "pdf": _("PDF"),
        "image": _("Photo, scan or PDF"),
        "spreadsheet": _("Spreadsheet or CSV"),
        "text": _("Text document or PDF"),
    }
    size = _("up to %(size)s MB each") % {"size": item.max_megabytes}
    count = _("%(count)s files needed") % {"count": item.files_needed} if item.files_needed > 1 else ""
    return ", ".join(part for part in (kinds[item.kind], size, count) if part)
