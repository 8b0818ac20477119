"""Mail that belongs to no firm: queued beside the firms' jobs, because a JobRun always has a firm.

The queue's row carries an id. A mail whose worker died is found by the sweep, which runs every minute.
"""

from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from procrastinate.contrib.django import app

from firmament.kernel.messages.carry import (
    claim_account_mail,
    hand_over,
    outcome_fields,
    state_after,
)
from firmament.kernel.messages.models import AccountMail, State
from firmament.lib.instant import now

TRIES = 10
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
# A worker that has held a mail for longer than this is taken for dead; gateways give up well before.
PATIENCE = timedelta(minutes=3)


def defer_account_mail(mail_id: UUID, *, wait: timedelta = timedelta()) -> None:
    """Let a worker see to this mail after `wait`; takes effect when the running transaction commits."""
    send_account_mail.configure(schedule_in={"seconds": int(wait.total_seconds())}).defer(
        mail_id=str(mail_id)
    )


@app.task(name="messages.send_account_mail", queue="now")
def send_account_mail(mail_id: str) -> None:
    """Claim, hand over, write down; at most one worker at a time holds a mail."""
    with transaction.atomic():
        claimed = claim_account_mail(UUID(mail_id), stale_before=now() - PATIENCE)
    if claimed is None:
        return
    if not connection.in_atomic_block:
        connection.close()
    answer = hand_over(claimed)
    state = state_after(answer, last=claimed.number >= TRIES)
    with transaction.atomic():
        held = AccountMail.objects.filter(pk=mail_id, state=State.SENDING, attempts=claimed.number)
        wait = min(FIRST_WAIT * 2**claimed.number, LONGEST_WAIT)
        retry_at = now() + wait if state == State.QUEUED else None
        if held.update(retry_at=retry_at, **outcome_fields(state, answer)) and retry_at:
            defer_account_mail(UUID(mail_id), wait=wait)


@app.periodic(cron="* * * * *")
@app.task(name="messages.sweep_account_mail", queue="soon", queueing_lock="messages.sweep_account_mail")
def sweep_account_mail(timestamp: int) -> None:
    """Queue again what was left lying: a worker was killed, or the queue lost its row."""
    before = now() - PATIENCE
    forgotten = AccountMail.objects.filter(
        Q(state=State.SENDING, claimed_at__lt=before)
        | Q(state=State.QUEUED, retry_at__isnull=True, created_at__lt=before)
        | Q(state=State.QUEUED, retry_at__lt=before)
    )
    for mail_id in forgotten.values_list("pk", flat=True)[:500]:
        defer_account_mail(mail_id)
