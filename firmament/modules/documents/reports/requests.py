"""What pages say of requests, gathered into plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from firmament.kernel.ledger.timeline import activity
from firmament.kernel.policies.decide import allows
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.web.links import link
from firmament.lib.instant import today
from firmament.modules.documents.models import DocumentRequest, RequestItem
from firmament.modules.documents.policies import Can
from firmament.modules.documents.reports.items import item_lines
from firmament.ui.shell import Tone

REQUEST_TONES: Mapping[str, Tone] = {
    "draft": "neutral",
    "sent": "waiting",
    "completed": "done",
    "canceled": "neutral",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequest:
    """An open request in a list. `done` of `items` are accepted or waived, `to_check` wait for staff.

    `owner_id` is the membership that answers for the client, if one does.
    """

    id: UUID
    client_id: UUID
    client: str
    owner_id: UUID | None
    title: str
    due_on: date
    items: int
    done: int
    to_check: int
    overdue: bool


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
            owner_id=row.client.owner_id,
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
    to_check = any(item.state == RequestItem.State.SUBMITTED for item in items)
    return {
        "document_request": request,
        "state_label": _("To check") if sent and to_check else request.get_state_display(),
        "state_tone": "info" if sent and to_check else REQUEST_TONES[request.state],
        "overdue": sent and not to_check and request.due_on < today(current_firm().timezone),
        "items": items,
        "done": sum(item.done for item in items),
        "total": len(items),
        "can_request": allows(actor, Can.REQUEST, request),
        "can_review": sent and allows(actor, Can.REVIEW, request),
        "is_draft": request.state == DocumentRequest.State.DRAFT,
        "is_open": request.state in (DocumentRequest.State.DRAFT, DocumentRequest.State.SENT),
        "is_sent": sent,
        "activity": activity("documents.documentrequest", request.pk),
        "checking": any(item.checking for item in items),
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
