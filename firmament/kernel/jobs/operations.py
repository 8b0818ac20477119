"""What people do to runs. Powers are asked and acts recorded by the pages above: both live on higher floors."""

from firmament.kernel.jobs.models import WAITING, ErrorClass, JobRun, JobRunQuerySet, State
from firmament.kernel.jobs.queue import defer
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import now


def dead_letters(*, code: str = "") -> JobRunQuerySet:
    """Runs that failed for good, the latest first."""
    runs = JobRun.objects.dead().order_by("-finished_at", "-id")
    found = runs.filter(code=code) if code else runs
    assert isinstance(found, JobRunQuerySet)
    return found


def replay(actor: Actor, run: JobRun) -> bool:
    """Try a dead letter again, as a further attempt of the same run, so that its idempotency keys still hold.

    False when it is no dead letter (any more): of two clicks one counts.
    """
    changed = (
        JobRun.objects.dead()
        .filter(pk=run.pk)
        .update(
            state=State.QUEUED,
            finished_at=None,
            failures=0,
            run_after=None,
            cancel_requested_at=None,
            closed_by_id=actor.user_id,
            error_class=ErrorClass.NONE,
            error_text="",
        )
    )
    if changed:
        run.refresh_from_db()
        defer([run])
    return bool(changed)


def discard(actor: Actor, run: JobRun) -> bool:
    """Give a dead letter up; why it failed stays on it. False when it is no dead letter (any more)."""
    return bool(
        JobRun.objects.dead()
        .filter(pk=run.pk)
        .update(state=State.CANCELED, closed_by_id=actor.user_id, finished_at=now())
    )


def request_cancel(actor: Actor, run: JobRun) -> bool:
    """Stop a run: at once while it waits, at its next look (`Run.stop_if_canceled`) while it runs.

    False when it has ended already.
    """
    asked = {"cancel_requested_at": now(), "closed_by_id": actor.user_id}
    waiting = JobRun.objects.filter(pk=run.pk, state__in=WAITING)
    if waiting.update(state=State.CANCELED, finished_at=now(), **asked):
        return True
    running = JobRun.objects.filter(pk=run.pk, state=State.RUNNING, cancel_requested_at__isnull=True)
    return bool(running.update(**asked))
