"""A verification as it is asked for, by people and by the clock, and what is written down of it."""

from uuid import UUID

from firmament.kernel.ledger.record import record
from firmament.kernel.proof.events import LogFoundBroken, LogFoundSound
from firmament.kernel.proof.models import Verification
from firmament.kernel.proof.verification import Report, examine
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import current_firm_id
from firmament.lib.instant import now


def verify(
    actor: Actor, *, user_id: UUID | None = None, report: Report = lambda done, total: None
) -> Verification:
    """Verify the firm at hand and write down what was found; `user_id` is whoever asked for it."""
    started_at = now()
    found = examine(current_firm_id(), report)
    faults = found.told()
    row = Verification.objects.create(
        outcome=Verification.Outcome.BROKEN if faults else Verification.Outcome.SOUND,
        started_at=started_at,
        finished_at=now(),
        size=found.size,
        values=found.values,
        checkpoints=found.checkpoints,
        faults=[fault.as_json() for fault in faults],
        fault_count=found.count,
        user_id=user_id,
    )
    if faults:
        record(actor, LogFoundBroken(verification_id=row.pk, faults=found.count, first=faults[0].sentence))
    else:
        record(actor, LogFoundSound(verification_id=row.pk, size=found.size))
    return row


def last_verification() -> Verification | None:
    """The newest verification of the firm at hand."""
    return Verification.objects.order_by("-finished_at", "-id").first()


def trail_is_broken() -> bool:
    """Whether the last verification of the firm at hand found something changed."""
    newest = Verification.objects.order_by("-finished_at", "-id").values_list("outcome", flat=True)
    return newest.first() == Verification.Outcome.BROKEN
