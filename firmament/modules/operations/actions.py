"""What a person does to background work."""

from firmament.kernel.jobs import operations
from firmament.kernel.jobs.models import JobRun
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.actor import Actor
from firmament.modules.operations.events import JobDiscarded, JobReplayed, JobStopped
from firmament.modules.operations.policies import Can


def replay_job(actor: Actor, run: JobRun) -> bool:
    """Try a dead letter again. False when it is none (any more): of two clicks one counts."""
    require(actor, Can.REPLAY_JOBS, run)
    if not operations.replay(actor, run):
        return False
    record(actor, JobReplayed(run_id=run.pk, job=run.code))
    return True


def discard_job(actor: Actor, run: JobRun) -> bool:
    """Give a dead letter up; it and its reason stay to be seen. False when it is none (any more)."""
    require(actor, Can.REPLAY_JOBS, run)
    if not operations.discard(actor, run):
        return False
    record(actor, JobDiscarded(run_id=run.pk, job=run.code))
    return True


def stop_job(actor: Actor, run: JobRun) -> bool:
    """Stop work: at once while it waits, at its next step while it runs. False when it has ended already."""
    require(actor, Can.REPLAY_JOBS, run)
    if not operations.request_cancel(actor, run):
        return False
    record(actor, JobStopped(run_id=run.pk, job=run.code))
    return True
