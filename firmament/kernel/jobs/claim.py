"""Taking a run into a worker's hands, and fencing off whoever had it before."""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Now

from firmament.kernel.jobs.dead import bury
from firmament.kernel.jobs.models import CLOSED, ErrorClass, JobRun, State
from firmament.kernel.jobs.pulse import LEASE, end_if_frozen
from firmament.kernel.jobs.registry import Backoff, JobSpec, Lane, Retry, job_spec
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.lib.instant import now

# How many runs of one firm work at the same time in a lane; the rest of the lane's places stay free for others.
FIRM_CAP = {Lane.NOW: 3, Lane.SOON: 3, Lane.BULK: 1}
# A run whose worker died this often is probably what kills it.
CRASHES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of the queue's row: gone, or back `later`. `error` is what the job raised, `crowded`: see below."""

    later: datetime | None = None
    error: Exception | None = None
    crowded: bool = False


DONE = Outcome()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A run that is ours, and its declaration."""

    run: JobRun
    spec: JobSpec


def claim(firm_id: UUID, run_id: UUID) -> Claimed | Outcome:
    """Take the run, in a short transaction of its own; an Outcome when there is nothing to do, or not yet."""
    with firm_transaction(firm_id):
        end_if_frozen()
        run = _lock(run_id)
        if run is None:
            return _locked_or_missing(run_id)
        refusal = _refusal(run)
        if refusal is not None:
            return refusal
        spec = job_spec(run.code)
        taken_over = run.state == State.RUNNING
        if taken_over:
            end_backend(run)
        dead = taken_over and run.failures + 1 >= max(_tries(spec), CRASHES)
        if dead:
            bury(run, ErrorClass.CRASHED, "Its worker died each time it was tried.")
            return DONE
        _take(run, crashed=taken_over)
        return Claimed(run=run, spec=spec) if spec else _unknown(run)


def _locked_or_missing(run_id: UUID) -> Outcome:
    """Locked means that somebody is finishing it this very moment, or froze while doing so; missing, that the firm is erased."""
    seen = JobRun.objects.annotate(database_now=Now()).filter(pk=run_id).first()
    if seen is None:
        return DONE
    if seen.lease_until and seen.lease_until < seen.database_now:
        end_backend(seen)
    return wait(seconds=1)


def wait(*, seconds: float) -> Outcome:
    """Back into the queue for about so long."""
    # S311: jitter is no secret.
    return Outcome(later=now() + timedelta(seconds=seconds * random.uniform(0.8, 1.4)))  # noqa: S311


def _tries(spec: JobSpec | None) -> int:
    policy = (spec.retry if spec else Retry.TRANSIENT).value
    assert isinstance(policy, Backoff)
    return policy.tries


def _lock(run_id: UUID) -> JobRun | None:
    busy = (
        JobRun.objects.running_now()
        .filter(lane=OuterRef("lane"))
        .order_by()
        .values("lane")
        .annotate(runs=Count("pk"))
        .values("runs")
    )
    row = (
        JobRun.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        .annotate(busy=Subquery(busy), database_now=Now())
        .filter(pk=run_id)
        .first()
    )
    assert row is None or isinstance(row, JobRun)
    return row


def _refusal(run: JobRun) -> Outcome | None:
    """Why this run is not to be taken now; None when it is."""
    leased_until = run.lease_until
    if run.state in CLOSED:
        return DONE
    if leased_until and leased_until > run.database_now:  # type: ignore[attr-defined]
        return Outcome(later=leased_until + timedelta(milliseconds=200))
    if run.cancel_requested_at:
        JobRun.objects.filter(pk=run.pk).update(state=State.CANCELED, lease_until=None, finished_at=now())
        return DONE
    if run.run_after and run.run_after > now():
        return Outcome(later=run.run_after)
    cap = getattr(settings, "JOBS_FIRM_CAP", FIRM_CAP).get(run.lane)
    if cap is not None and (run.busy or 0) >= cap:  # type: ignore[attr-defined]
        return replace(wait(seconds=0.4), crowded=True)
    return None


def _take(run: JobRun, *, crashed: bool) -> None:
    run.attempt += 1
    run.failures += crashed
    run.state = State.RUNNING
    run.started_at = run.started_at or now()
    JobRun.objects.filter(pk=run.pk).update(
        state=run.state,
        attempt=run.attempt,
        failures=run.failures,
        started_at=run.started_at,
        lease_until=Now() + LEASE,
    )


def _unknown(run: JobRun) -> Outcome:
    """No job has this code here: perhaps a newer release has, and its workers start any moment."""
    run.failures += 1
    text = f"This release knows no job called {run.code}."
    if run.failures >= _tries(None):
        bury(run, ErrorClass.PERMANENT, text)
        return DONE
    later = wait(seconds=20)
    JobRun.objects.owned(run).update(
        state=State.RETRYING,
        lease_until=None,
        failures=run.failures,
        run_after=later.later,
        error_class=ErrorClass.PERMANENT,
        error_text=text,
    )
    return later


def name_backend(run: JobRun) -> None:
    """Let PostgreSQL know, until this transaction ends, which attempt it serves."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('application_name', %s, true)", [_backend_name(run, run.attempt)])


def end_backend(run: JobRun) -> None:
    """End the transaction that the last attempt left open, if a frozen worker still holds one.

    It could not commit anyway, but its locks would keep the new attempt waiting for as long as it sleeps.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE application_name = %s AND pid <> pg_backend_pid()",
            [_backend_name(run, run.attempt)],
        )


def _backend_name(run: JobRun, attempt: int) -> str:
    # PostgreSQL cuts the name at 63 bytes.
    return f"job {run.pk.hex} {attempt}"
