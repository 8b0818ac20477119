"""Handing in: the client's side, and what the scan says of a file."""

from typing import TypedDict
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from firmament.kernel.files.actions import receive
from firmament.kernel.files.limits import TYPES_OF_KIND, Limits
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.actor import Actor
from firmament.modules.documents.events.submissions import (
    FileSubmitted,
    SubmissionCleared,
    SubmissionQuarantined,
    SubmissionWithdrawn,
)
from firmament.modules.documents.models import DocumentRequest, RequestItem, Submission
from firmament.modules.documents.policies import Can

LIVE = (Submission.State.CHECKING, Submission.State.PENDING, Submission.State.ACCEPTED)


def submit_file(actor: Actor, item: RequestItem, uploaded: UploadedFile) -> Submission:
    """Hand in one file for an item. `files.Refused` when the file breaks the item's rules; nothing else is lost."""
    require(actor, Can.UPLOAD, item)
    item = _locked(item)
    if item.request.state != DocumentRequest.State.SENT or item.is_done:
        raise ValidationError(_("This document is no longer needed; nothing was uploaded."), code="closed")
    if item.submissions.filter(state__in=LIVE).count() >= item.files_allowed:
        raise ValidationError(
            _("%(count)s files are enough here. Take one back to hand in another."),
            code="too_many",
            params={"count": item.files_allowed},
        )
    limits = Limits(max_bytes=item.max_bytes, types=TYPES_OF_KIND[item.kind])
    stored = receive(actor, uploaded, limits=limits, client_id=item.request.client_id)
    assert actor.user_id is not None  # the power belongs to people
    submission = Submission.objects.create(item=item, file=stored, uploaded_by_id=actor.user_id)
    record(actor, FileSubmitted(**about(submission)))
    return submission


def clear_submission(actor: Actor, submission: Submission) -> None:
    """The scan found nothing: the file waits for staff."""
    item = _locked(submission.item)
    if not Submission.objects.filter(pk=submission.pk, state=Submission.State.CHECKING).update(
        state=Submission.State.PENDING
    ):
        return
    RequestItem.objects.filter(
        pk=item.pk, state__in=[RequestItem.State.OPEN, RequestItem.State.REJECTED]
    ).update(state=RequestItem.State.SUBMITTED, reason="", decided_by=None, decided_at=None)
    record(actor, SubmissionCleared(**about(submission)))


def quarantine_submission(actor: Actor, submission: Submission) -> None:
    """The scan flagged the file: nobody can open it, and the client is asked for another."""
    if not Submission.objects.filter(pk=submission.pk, state=Submission.State.CHECKING).update(
        state=Submission.State.QUARANTINED
    ):
        return
    record(actor, SubmissionQuarantined(**about(submission)))


def withdraw_submission(actor: Actor, submission: Submission) -> None:
    """Take a file back before anybody decided on it. The file itself is kept."""
    require(actor, Can.UPLOAD, submission)
    item = _locked(submission.item)
    taken = Submission.objects.filter(
        pk=submission.pk, state__in=[Submission.State.CHECKING, Submission.State.PENDING]
    ).update(state=Submission.State.WITHDRAWN)
    if not taken:
        raise ValidationError(_("This file has been decided on and cannot be taken back."), code="decided")
    if not item.submissions.filter(state=Submission.State.PENDING).exists():
        RequestItem.objects.filter(pk=item.pk, state=RequestItem.State.SUBMITTED).update(
            state=RequestItem.State.OPEN
        )
    record(actor, SubmissionWithdrawn(**about(submission)))


def _locked(item: RequestItem) -> RequestItem:
    """The item with its request, both held: request first, everywhere, so that two decisions cannot deadlock."""
    DocumentRequest.objects.select_for_update(no_key=True).get(pk=item.request_id)
    return (
        RequestItem.objects.select_for_update(of=("self",), no_key=True)
        .select_related("request")
        .get(pk=item.pk)
    )


class AboutFile(TypedDict):
    """The fields that every event about a file has."""

    request_id: UUID
    client_id: UUID
    title: str
    item_id: UUID
    item: str
    submission_id: UUID
    name: str


def about(submission: Submission) -> AboutFile:
    """What every event about a file says."""
    item = submission.item
    return {
        "request_id": item.request_id,
        "client_id": item.request.client_id,
        "title": item.request.title,
        "item_id": item.pk,
        "item": item.title,
        "submission_id": submission.pk,
        "name": submission.file.name,
    }
