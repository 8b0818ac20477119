"""Messages leave after they were queued, never in the request that asked for them."""

from firmament.kernel.jobs.errors import AuthFailed, Transient
from firmament.kernel.jobs.models import JobRun
from firmament.kernel.jobs.registry import Lane, Retry, on
from firmament.kernel.jobs.run import Run
from firmament.kernel.messages.carry import JOB, claim_delivery, hand_over, settle_delivery
from firmament.kernel.messages.events import MessageQueued
from firmament.kernel.messages.models import Attempt


@on(MessageQueued, code=JOB, lane=Lane.NOW, retry=Retry.PATIENT, outside=True)
def deliver(run: Run, event: MessageQueued) -> None:
    """Claim and render, hand over, write the answer down.

    A kill between the second beat and the third lets the mail leave again, with the same Message-ID.
    """
    with run.beat():
        claimed = claim_delivery(event.delivery_id)
        failures = JobRun.objects.values_list("failures", flat=True).get(pk=run.id)
    if claimed is None:
        return
    answer = hand_over(claimed)
    last = failures + 1 >= Retry.PATIENT.value.tries
    with run.beat():
        settle_delivery(event.delivery_id, claimed, answer, last=last)
    if answer.login_failed:
        raise AuthFailed("The mail server does not accept the user name and password in the settings.")
    if answer.outcome == Attempt.Outcome.DEFERRED:
        # The server's own words may name a person; they stand in the attempt, not in the queue.
        raise Transient("The mail server did not take the message yet.")
