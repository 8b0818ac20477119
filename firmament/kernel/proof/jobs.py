"""Numbers and checkpoints within seconds; a verification every night, and whenever somebody asks."""

import logging
import time
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.utils.translation import gettext as _

from firmament.kernel.jobs.queue import enqueue
from firmament.kernel.jobs.registry import Lane, Retry, beat, every, job, on
from firmament.kernel.jobs.run import Run
from firmament.kernel.proof.checkpoints import CannotSign, publish
from firmament.kernel.proof.events import VerificationAsked
from firmament.kernel.proof.keeping import KeepDamaged
from firmament.kernel.proof.sequencer import BATCH, firms_waiting, sequence
from firmament.kernel.proof.verify import verify
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.lib.instant import now

log = logging.getLogger(__name__)

# While a long backlog is numbered, what has its number is signed this often.
SIGN_EVERY_S = 20.0
# Every firm is looked at when the worker starts and once an hour: a crash between number and checkpoint leaves no trace
# among what waits.
SWEEP_EVERY_S = 3600.0
ALARM = "proof.verify_alarmed"

_swept_at: list[float] = []


@beat(settings.PROOF_EVERY_S)
def number_what_waits() -> int:
    """Number and sign for every firm that has something new; one query when none has."""
    count = 0
    for firm_id in _firms():
        try:
            count += serve(firm_id)
        except (CannotSign, KeepDamaged) as refusal:
            log.error("no checkpoint can be signed", extra={"firm_id": str(firm_id), "reason": str(refusal)})
            _alarm(firm_id)
        except (DatabaseError, OSError):
            # One firm's trouble is not the others'; this one is tried again at the next beat.
            log.exception("a firm's entries could not be numbered", extra={"firm_id": str(firm_id)})
    return count


def serve(firm_id: UUID) -> int:
    """Number what waits in one firm and sign it; how many rows it was."""
    count, signed_at = 0, time.monotonic()
    while done := sequence(firm_id):
        count += done
        if done < BATCH:
            break
        if time.monotonic() - signed_at > SIGN_EVERY_S:
            publish(firm_id)
            signed_at = time.monotonic()
    publish(firm_id)
    return count


def _firms() -> list[UUID]:
    if _swept_at and time.monotonic() - _swept_at[-1] < SWEEP_EVERY_S:
        return firms_waiting()
    _swept_at[:] = [time.monotonic()]
    return list(Firm.objects.exclude(state=Firm.State.CANCELED).order_by("pk").values_list("pk", flat=True))


def _alarm(firm_id: UUID) -> None:
    """Let a verification say what was changed; once an hour."""
    with firm_transaction(firm_id):
        enqueue(ALARM, actor=Actor.system(ALARM), key=f"{ALARM}:{now():%Y-%m-%dT%H}")


@every("40 2 * * *")
def verify_nightly(run: Run) -> None:
    _verify(run)


@job(ALARM)
def verify_alarmed(run: Run) -> None:
    _verify(run)


@on(VerificationAsked, lane=Lane.SOON, retry=Retry.TRANSIENT)
def verify_asked(run: Run, event: VerificationAsked) -> None:
    _verify(run, user_id=event.user_id)


def _verify(run: Run, *, user_id: UUID | None = None) -> None:
    def report(done: int, total: int) -> None:
        run.progress(done, total, _("Comparing entries with what was signed"))

    verify(run.actor, user_id=user_id, report=report)
