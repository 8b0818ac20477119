"""The beats of sending: claim and render, hand over, write the answer down."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q

from firmament.kernel.ledger.record import record
from firmament.kernel.messages.events import MessageFailed, MessageSent
from firmament.kernel.messages.gateways import (
    Email,
    MailDeferred,
    MailLoginFailed,
    MailRefused,
    gateway,
)
from firmament.kernel.messages.models import SETTLED, AccountMail, Attempt, Delivery, Letter, State
from firmament.kernel.messages.render import Recipient, Rendered, Sender, compose, firm_sender, house_sender
from firmament.kernel.messages.secrets import black_out, reveal
from firmament.kernel.messages.wordings import UnknownWording, wording
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import FirmProfile
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.wording.render import WordingError
from firmament.lib.instant import now

JOB = "messages.deliver"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a gateway said."""

    outcome: Attempt.Outcome
    text: str
    login_failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A letter that this worker may hand over now, or the reason why it cannot be written."""

    number: int
    started_at: datetime
    email: Email | None
    flaw: str = ""


def claim_delivery(delivery_id: UUID) -> Claimed | None:
    """First beat, in the firm's transaction. None when it was sent or canceled meanwhile."""
    taken = (
        Delivery.objects.filter(pk=delivery_id)
        .exclude(state__in=SETTLED)
        .update(state=State.SENDING, attempts=F("attempts") + 1, claimed_at=now())
    )
    if not taken:
        return None
    delivery: Delivery = Delivery.objects.get(pk=delivery_id)
    return _write(delivery, firm_sender(current_firm(), FirmProfile.objects.first()))


def claim_account_mail(mail_id: UUID, *, stale_before: datetime) -> Claimed | None:
    """The same for mail that belongs to no firm. A claim made before `stale_before` is taken for abandoned."""
    free = Q(state=State.QUEUED) | Q(state=State.SENDING, claimed_at__lt=stale_before)
    taken = AccountMail.objects.filter(free, pk=mail_id).update(
        state=State.SENDING, attempts=F("attempts") + 1, claimed_at=now()
    )
    return _write(AccountMail.objects.get(pk=mail_id), house_sender()) if taken else None


def hand_over(claimed: Claimed) -> Answer:
    """Second beat: speak to the outside, with no transaction open."""
    if claimed.email is None:
        return Answer(outcome=Attempt.Outcome.REFUSED, text=claimed.flaw)
    try:
        return Answer(outcome=Attempt.Outcome.ACCEPTED, text=gateway().send(claimed.email))
    except MailRefused as refused:
        return Answer(outcome=Attempt.Outcome.REFUSED, text=str(refused))
    except MailLoginFailed as failed:
        return Answer(outcome=Attempt.Outcome.DEFERRED, text=str(failed), login_failed=True)
    except MailDeferred as deferred:
        return Answer(outcome=Attempt.Outcome.DEFERRED, text=str(deferred))


def settle_delivery(delivery_id: UUID, claimed: Claimed, answer: Answer, *, last: bool) -> None:
    """Third beat, in the firm's transaction. `last`: nobody will try again by itself."""
    Attempt.objects.create(
        delivery_id=delivery_id,
        number=claimed.number,
        outcome=answer.outcome,
        answer=answer.text,
        started_at=claimed.started_at,
    )
    held = Delivery.objects.filter(pk=delivery_id, state=State.SENDING, attempts=claimed.number)
    state = state_after(answer, last=last)
    if not held.update(**outcome_fields(state, answer)):
        return
    delivery: Delivery = Delivery.objects.get(pk=delivery_id)
    actor = Actor.system(JOB)
    if state == State.SENT:
        record(
            actor,
            MessageSent(
                delivery_id=delivery.pk,
                client_id=delivery.client_id,
                recipient=delivery.recipient_email,
                subject=delivery.subject,
                attempts=delivery.attempts,
            ),
        )
    elif state == State.FAILED:
        record(
            actor,
            MessageFailed(
                delivery_id=delivery.pk,
                client_id=delivery.client_id,
                wording=delivery.wording,
                recipient=delivery.recipient_email,
                reason=answer.text,
            ),
        )


def state_after(answer: Answer, *, last: bool) -> State:
    """Accepted is sent, refused is failed, deferred waits until the last attempt."""
    match answer.outcome:
        case Attempt.Outcome.ACCEPTED:
            return State.SENT
        case Attempt.Outcome.DEFERRED if not last:
            return State.QUEUED
    return State.FAILED


def outcome_fields(state: State, answer: Answer) -> dict[str, object]:
    """The columns that tell how the last hand-over ended."""
    sent = state == State.SENT
    return {"state": state, "sent_at": now() if sent else None, "error": "" if sent else answer.text[:500]}


def _write(row: Letter, sender: Sender) -> Claimed:
    """Render what goes out, and keep what may be kept."""
    to = Recipient(
        name=row.recipient_name,
        email=row.recipient_email,
        user_id=row.user_id,
        locale=row.locale,
        timezone=row.timezone,
    )
    try:
        chosen = wording(row.wording)
        letter = compose(chosen, reveal(row.context), to, sender)
        kept = compose(chosen, black_out(row.context), to, sender)
    except (WordingError, UnknownWording, LookupError) as flaw:
        return Claimed(number=row.attempts, started_at=now(), email=None, flaw=str(flaw)[:400])
    row.subject, row.text, row.html = kept.subject, kept.text, kept.html
    row.save(update_fields=["subject", "text", "html"])
    email = _email(row, letter, sender)
    return Claimed(number=row.attempts, started_at=now(), email=email)


def _email(row: Letter, letter: Rendered, sender: Sender) -> Email:
    return Email(
        message_id=row.message_id,
        sender_name=sender.name,
        sender_email=settings.MAIL_FROM,
        recipient_name=row.recipient_name,
        recipient_email=row.recipient_email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        written_at=now(),
        reply_to=sender.reply_to,
    )
