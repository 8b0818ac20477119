"""One run, from claim to end. Every job passes through here, in the worker and in tests alike."""

import logging
import random
import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.core.exceptions import PermissionDenied
from django.db import connection

from firmament.kernel.jobs import registry
from firmament.kernel.jobs.claim import DONE, Claimed, Outcome, claim, name_backend, wait
from firmament.kernel.jobs.dead import bury, refused
from firmament.kernel.jobs.errors import (
    AuthFailed,
    Canceled,
    JobError,
    Permanent,
    RateLimited,
    StaleAttempt,
    Transient,
)
from firmament.kernel.jobs.models import ErrorClass, JobRun, State
from firmament.kernel.jobs.pulse import Attempt, Inline, Pulse, progress_fields
from firmament.kernel.jobs.registry import Backoff, JobSpec, Kind
from firmament.kernel.jobs.run import Run, as_current
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.lib.instant import now

log = logging.getLogger(__name__)

# Being asked to wait costs no try, but a run that has been put off for so long needs a person.
LONGEST_WAIT = timedelta(days=3)
NOT_ALLOWED = "Whoever this run works for may not do what it asks for."


def execute(firm_id: UUID, run_id: UUID, watcher: Pulse | Inline) -> Outcome:
    """Claim the run, do it, write down how it ended.

    Raises nothing that the job raised: that is classified, kept on the run and told in the outcome. What does escape
    (the database is gone) leaves the run leased, and it comes back when the lease has run out.
    """
    claimed = claim(firm_id, run_id)
    if isinstance(claimed, Outcome):
        return claimed
    run, spec = claimed.run, claimed.spec
    attempt = Attempt(firm_id, run_id, run.attempt)
    with (
        structlog.contextvars.bound_contextvars(job=run.code, run=str(run.pk), attempt=run.attempt),
        watcher.watching(attempt),
    ):
        try:
            _perform(claimed, attempt)
        except StaleAttempt:
            log.warning("another attempt owns this run; nothing was changed")
            return wait(seconds=2)
        except Canceled:
            return _end_canceled(run, attempt)
        except Exception as error:
            return _settle(run, spec, attempt, error)
    return DONE


def _perform(claimed: Claimed, attempt: Attempt) -> None:
    run, spec = claimed.run, claimed.spec
    handle = Run(run, spec, attempt)
    with as_current(handle):
        if spec.outside:
            with handle.beat():
                arguments = _arguments(run, spec, handle)
            spec.function(*arguments, **_named(run, spec))
            with firm_transaction(attempt.firm_id):
                _finish(run, attempt)
            return
        with firm_transaction(attempt.firm_id):
            name_backend(run)
            handle.authorize()
            spec.function(*_arguments(run, spec, handle), **_named(run, spec))
            _finish(run, attempt)


def _arguments(run: JobRun, spec: JobSpec, handle: Run) -> list[object]:
    arguments: list[object] = [handle] if spec.wants_run else []
    if spec.kind is Kind.EVENT:
        if run.entry_id is None:
            raise Permanent("The run names no entry of the ledger.")
        arguments.append(registry.event_loader(run.entry_id))
    return arguments


def _named(run: JobRun, spec: JobSpec) -> dict[str, str]:
    return dict(run.ids) if spec.kind is Kind.REQUEST else {}


def _finish(run: JobRun, attempt: Attempt) -> None:
    """In the job's own transaction: either everything it did and its end are kept, or neither."""
    changed = JobRun.objects.owned(run).update(
        state=State.SUCCEEDED,
        lease_until=None,
        finished_at=now(),
        error_class=ErrorClass.NONE,
        error_text="",
        **progress_fields(attempt.progress),
    )
    if not changed:
        raise StaleAttempt


def _end_canceled(run: JobRun, attempt: Attempt) -> Outcome:
    with firm_transaction(attempt.firm_id):
        changed = JobRun.objects.owned(run).update(
            state=State.CANCELED, lease_until=None, finished_at=now(), **progress_fields(attempt.progress)
        )
    return DONE if changed else wait(seconds=2)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a failure means: its class, words for people, and whether it counts as a try; `until`: not before."""

    error_class: ErrorClass
    text: str
    hopeless: bool = False
    counts: bool = True
    until: datetime | None = None


def classify(error: Exception) -> Verdict:
    """What kind of failure it is. Only our own errors' words are kept: others' may quote what people wrote."""
    match error:
        case RateLimited():
            return Verdict(ErrorClass.RATE_LIMITED, str(error), counts=False, until=error.until)
        case AuthFailed():
            return Verdict(ErrorClass.AUTH, str(error), hopeless=True)
        case Permanent():
            return Verdict(ErrorClass.PERMANENT, str(error), hopeless=True)
        case PermissionDenied():
            # Trying again would ask the same question. Only a person can give the right back, and replay the run.
            return Verdict(ErrorClass.PERMANENT, NOT_ALLOWED, hopeless=True)
        case Transient() | JobError():
            return Verdict(ErrorClass.TRANSIENT, str(error))
        case _:
            return Verdict(ErrorClass.UNEXPECTED, _where(error))


def _where(error: Exception) -> str:
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "firmament" in f.filename]
    place = f" in {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def _settle(run: JobRun, spec: JobSpec, attempt: Attempt, error: Exception) -> Outcome:
    """Write down a failure: back with a delay, or a dead letter."""
    verdict = classify(error)
    if not connection.in_atomic_block:
        # The failure may be that this very connection was cut.
        connection.close_if_unusable_or_obsolete()
    policy = spec.retry.value
    assert isinstance(policy, Backoff)
    with firm_transaction(attempt.firm_id):
        run.failures += verdict.counts
        too_late = not verdict.counts and now() - run.created_at > LONGEST_WAIT
        if verdict.hopeless or too_late or run.failures >= policy.tries:
            return _end_dead(run, spec, attempt, verdict, error)
        later = verdict.until or now() + _delay(policy, run.failures)
        changed = JobRun.objects.owned(run).update(
            state=State.RETRYING,
            lease_until=None,
            run_after=later,
            failures=run.failures,
            error_class=verdict.error_class,
            error_text=verdict.text[:500],
            **progress_fields(attempt.progress),
        )
    log.warning("job failed; it is tried again", extra={"error_class": verdict.error_class}, exc_info=error)
    return Outcome(later=later if changed else wait(seconds=2).later, error=error)


def _delay(policy: Backoff, failures: int) -> timedelta:
    # The exponent is bounded so that a run with very many failures does not overflow.
    ceiling = min(policy.longest, policy.first * 2 ** min(failures - 1, 20))
    return ceiling * random.random()  # noqa: S311 - jitter is no secret


def _end_dead(run: JobRun, spec: JobSpec, attempt: Attempt, verdict: Verdict, error: Exception) -> Outcome:
    log.error("job is a dead letter", extra={"error_class": verdict.error_class}, exc_info=error)
    buried = bury(run, verdict.error_class, verdict.text, **progress_fields(attempt.progress))
    if buried:
        refused(run, spec, error)
    return Outcome(later=None if buried else wait(seconds=2).later, error=error)
