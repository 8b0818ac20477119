"""Deciding: accept, reject, waive, ask again; a request completes by itself."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import now
from firmament.modules.documents.actions.submissions import about
from firmament.modules.documents.events.requests import ItemReopened, ItemWaived, RequestCompleted
from firmament.modules.documents.events.submissions import SubmissionAccepted, SubmissionRejected
from firmament.modules.documents.models import DocumentRequest, RequestItem, Submission
from firmament.modules.documents.policies import Can


def accept_submission(actor: Actor, submission: Submission) -> None:
    """The file is what was asked for. With as many as are needed, the item is done."""
    require(actor, Can.REVIEW, submission)
    request = _open_request(submission.item.request_id)
    if not _decide(actor, submission, state=Submission.State.ACCEPTED, reason=""):
        return
    item = RequestItem.objects.get(pk=submission.item_id)
    if item.submissions.filter(state=Submission.State.ACCEPTED).count() >= item.files_needed:
        _settle(actor, item, state=RequestItem.State.ACCEPTED)
    elif not item.submissions.filter(state=Submission.State.PENDING).exists():
        # One of several: nothing is left to check, and the client still owes the rest.
        RequestItem.objects.filter(pk=item.pk, state=RequestItem.State.SUBMITTED).update(
            state=RequestItem.State.OPEN
        )
    record(actor, SubmissionAccepted(**about(submission)))
    _complete_if_done(actor, request)


def reject_submission(actor: Actor, submission: Submission, *, reason: str) -> None:
    """The file will not do; the client is told why, in these words, and hands in another."""
    require(actor, Can.REVIEW, submission)
    reason = _stated(reason, _("Say what is wrong: the client reads these words."))
    _open_request(submission.item.request_id)
    if not _decide(actor, submission, state=Submission.State.REJECTED, reason=reason):
        return
    item = RequestItem.objects.get(pk=submission.item_id)
    if not item.submissions.filter(state=Submission.State.PENDING).exists():
        _settle(actor, item, state=RequestItem.State.REJECTED, reason=reason)
    record(actor, SubmissionRejected(**about(submission), reason=reason))


def waive_item(actor: Actor, item: RequestItem, *, reason: str) -> None:
    """The document is not needed after all; the reason stays beside it."""
    require(actor, Can.REVIEW, item)
    reason = _stated(reason, _("Say why it is not needed, so that the file explains itself later."))
    request = _open_request(item.request_id)
    if not _settle(actor, item, state=RequestItem.State.WAIVED, reason=reason):
        return
    record(
        actor,
        ItemWaived(
            request_id=request.pk,
            client_id=request.client_id,
            title=request.title,
            item_id=item.pk,
            item=item.title,
            reason=reason,
        ),
    )
    _complete_if_done(actor, request)


def reopen_item(actor: Actor, item: RequestItem) -> None:
    """Ask again for what was accepted or waived by mistake, as long as the request is open."""
    require(actor, Can.REVIEW, item)
    request = _open_request(item.request_id)
    reopened = RequestItem.objects.filter(pk=item.pk, state__in=RequestItem.DONE).update(
        state=RequestItem.State.OPEN, reason="", decided_by=None, decided_at=None
    )
    if not reopened:
        return
    record(
        actor,
        ItemReopened(
            request_id=request.pk,
            client_id=request.client_id,
            title=request.title,
            item_id=item.pk,
            item=item.title,
        ),
    )


def _open_request(request_id: object) -> DocumentRequest:
    """The request, held until the decision is made: decisions on one request stand in a line."""
    request = DocumentRequest.objects.select_for_update(no_key=True).get(pk=request_id)
    if request.state != DocumentRequest.State.SENT:
        raise ValidationError(_("This request is closed; nothing was changed."), code="closed")
    return request


def _decide(actor: Actor, submission: Submission, *, state: str, reason: str) -> bool:
    """Only a clean file that nobody has decided on; of two decisions the first wins."""
    decided = Submission.objects.filter(pk=submission.pk, state=Submission.State.PENDING).update(
        state=state, reason=reason, decided_by_id=actor.membership_id, decided_at=now()
    )
    return bool(decided)


def _settle(actor: Actor, item: RequestItem, *, state: str, reason: str = "") -> bool:
    settled = (
        RequestItem.objects.filter(pk=item.pk)
        .exclude(state__in=RequestItem.DONE)
        .update(state=state, reason=reason, decided_by_id=actor.membership_id, decided_at=now())
    )
    return bool(settled)


def _complete_if_done(actor: Actor, request: DocumentRequest) -> None:
    if request.items.exclude(state__in=RequestItem.DONE).exists():
        return
    completed = DocumentRequest.objects.filter(pk=request.pk, state=DocumentRequest.State.SENT).update(
        state=DocumentRequest.State.COMPLETED, completed_at=now()
    )
    if completed:
        record(
            actor,
            RequestCompleted(request_id=request.pk, client_id=request.client_id, title=request.title),
        )


def _stated(reason: str, complaint: str) -> str:
    if not reason.strip():
        raise ValidationError({"reason": complaint})
    return reason
