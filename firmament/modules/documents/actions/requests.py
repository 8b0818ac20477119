"""Asking: draft, change, send, cancel, remind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypedDict, Unpack
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from firmament.kernel.ledger.changes import apply_changes
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.wording.insertions import measure_insertions
from firmament.lib.instant import now
from firmament.modules.documents.events.requests import (
    RequestCanceled,
    RequestChanged,
    RequestDrafted,
    RequestReminded,
    RequestSent,
)
from firmament.modules.documents.models import DocumentRequest, Reminder, RequestItem
from firmament.modules.documents.policies import Can
from firmament.modules.engagements.public import visible_engagement


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDraft:
    """One document to ask for."""

    title: str
    help: str = ""
    kind: str = RequestItem.Kind.ANY
    max_megabytes: int = 25
    files_needed: int = 1
    files_allowed: int = 5


def draft_request(
    actor: Actor,
    client_id: UUID,
    *,
    title: str,
    due_on: date,
    items: Sequence[ItemDraft],
    note: str = "",
    engagement_id: UUID | None = None,
    remind: bool = True,
) -> DocumentRequest:
    """Prepare a request; the client sees nothing of it until it is sent."""
    require(actor, Can.REQUEST, DocumentRequest(client_id=client_id, engagement_id=engagement_id))
    _check_engagement(actor, client_id, engagement_id)
    assert actor.membership_id is not None  # the power belongs to members of the firm
    request = DocumentRequest.objects.create(
        client_id=client_id,
        engagement_id=engagement_id,
        requested_by_id=actor.membership_id,
        title=title,
        note=note,
        due_on=due_on,
        remind=remind,
    )
    _write_items(request, items)
    record(actor, RequestDrafted(**_about(request)))
    return request


class RequestFields(TypedDict, total=False):
    """What people write about a request; what is left out stays as it is."""

    title: str
    due_on: date
    note: str
    remind: bool
    engagement_id: UUID | None


def change_request(
    actor: Actor,
    request: DocumentRequest,
    *,
    items: Sequence[ItemDraft] | None = None,
    **fields: Unpack[RequestFields],
) -> DocumentRequest:
    """Change what is asked. Items only while it is a draft: a client must not find the list rewritten."""
    require(actor, Can.REQUEST, request)
    request = DocumentRequest.objects.select_for_update().get(pk=request.pk)
    if request.state not in (DocumentRequest.State.DRAFT, DocumentRequest.State.SENT):
        raise ValidationError(_("This request is closed and cannot be changed any more."), code="closed")
    if items is not None and request.state != DocumentRequest.State.DRAFT:
        raise ValidationError(_("The list cannot be changed once the request has been sent."), code="sent")
    if "engagement_id" in fields:
        request.engagement_id = fields.pop("engagement_id")
        _check_engagement(actor, request.client_id, request.engagement_id)
    changes = apply_changes(request, fields)
    request.save()
    if items is not None:
        request.items.all().delete()
        _write_items(request, items)
    record(actor, RequestChanged(**_about(request), changes=changes))
    return request


def send_request(actor: Actor, request: DocumentRequest) -> None:
    """Put the request before the client; mail follows to whoever may hand in documents for them."""
    require(actor, Can.REQUEST, request)
    item_count = request.items.count()
    if not item_count:
        raise ValidationError(_("Add at least one document before sending."), code="no_items")
    # Two people may press Send at once; one of them sends.
    sent = DocumentRequest.objects.filter(pk=request.pk, state=DocumentRequest.State.DRAFT).update(
        state=DocumentRequest.State.SENT, sent_at=now()
    )
    if not sent:
        return
    request.refresh_from_db()
    measure_insertions(request, sent=request.note)
    record(actor, RequestSent(**_about(request), item_count=item_count))


def cancel_request(actor: Actor, request: DocumentRequest, *, reason: str) -> None:
    """Stop asking. What was handed in stays; reminders stop."""
    require(actor, Can.REQUEST, request)
    if not reason.strip():
        raise ValidationError(_("Say why, so that the client's file explains itself later."), code="reason")
    canceled = DocumentRequest.objects.filter(
        pk=request.pk, state__in=[DocumentRequest.State.DRAFT, DocumentRequest.State.SENT]
    ).update(state=DocumentRequest.State.CANCELED, canceled_at=now(), cancel_reason=reason)
    if not canceled:
        return
    request.refresh_from_db()
    record(actor, RequestCanceled(**_about(request), reason=request.cancel_reason))


def remind_client(actor: Actor, request: DocumentRequest, *, days_after_due: int) -> bool:
    """Note that the client is reminded; the mail follows. False when it was done for this occasion already."""
    require(actor, Can.REMIND, request)
    if request.state != DocumentRequest.State.SENT:
        return False
    try:
        with transaction.atomic():
            Reminder.objects.create(request=request, days_after_due=days_after_due)
    except IntegrityError:
        return False
    record(actor, RequestReminded(**_about(request), days_after_due=days_after_due))
    return True


def _check_engagement(actor: Actor, client_id: UUID, engagement_id: UUID | None) -> None:
    if engagement_id is None:
        return
    found = visible_engagement(actor, engagement_id)
    # Nobody learns here whether an engagement exists that they may not see.
    if found is None or found.client_id != client_id:
        raise ValidationError({"engagement_id": _("The client has no such engagement.")})


def _write_items(request: DocumentRequest, items: Sequence[ItemDraft]) -> None:
    RequestItem.objects.bulk_create(
        RequestItem(
            request=request,
            position=position,
            title=item.title,
            help=item.help,
            kind=item.kind,
            max_megabytes=item.max_megabytes,
            files_needed=item.files_needed,
            files_allowed=max(item.files_allowed, item.files_needed),
        )
        for position, item in enumerate(items)
    )


class _About(TypedDict):
    request_id: UUID
    client_id: UUID
    title: str


def _about(request: DocumentRequest) -> _About:
    return {"request_id": request.pk, "client_id": request.client_id, "title": request.title}
