"""Dead letters: how a run becomes one."""

import logging

from django.db import transaction

from firmament.kernel.jobs import registry
from firmament.kernel.jobs.models import ErrorClass, JobRun, State
from firmament.kernel.jobs.registry import JobSpec
from firmament.lib.instant import now

log = logging.getLogger(__name__)


def bury(run: JobRun, error_class: ErrorClass, text: str, **fields: object) -> bool:
    """Make the run a dead letter, if this attempt still owns it; a person replays or discards it."""
    changed = JobRun.objects.owned(run).update(
        state=State.FAILED,
        lease_until=None,
        finished_at=now(),
        failures=run.failures,
        error_class=error_class,
        error_text=text[:500],
        **fields,
    )
    if changed and registry.on_dead is not None:
        run.refresh_from_db()
        _announce(run)
    return bool(changed)


def refused(run: JobRun, spec: JobSpec, error: Exception) -> None:
    """Write down that it ended because somebody may not (any more). Its failure is logged and goes no further."""
    if registry.on_refused is None:
        return
    try:
        with transaction.atomic():
            registry.on_refused(run, spec, error)
    except Exception:
        log.exception("the refusal of a job could not be written down")


def _announce(run: JobRun) -> None:
    """Its failure is logged and goes no further: it must not bring the run back to life."""
    assert registry.on_dead is not None
    try:
        with transaction.atomic():
            registry.on_dead(run)
    except Exception:
        log.exception("the death of a job could not be written down")
