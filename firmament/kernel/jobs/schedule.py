"""The clock that starts jobs: rows with a time zone, one per firm and job.

Any number of workers may tick at once: a firing belongs to whoever moves `next_run_at` on, and its run's key
names the instant, so there is one.
"""

import logging
from datetime import datetime

from django.db import DatabaseError

from firmament.kernel.jobs.cron import next_after
from firmament.kernel.jobs.models import JobRun, Schedule
from firmament.kernel.jobs.queue import enqueue
from firmament.kernel.jobs.registry import JobSpec, Kind, job_specs
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import current_firm, firm_transaction
from firmament.lib.instant import now

log = logging.getLogger(__name__)

AT_WORK = (Firm.State.TRIAL, Firm.State.ACTIVE)


def tick() -> int:
    """Fire what is due in every firm at work, each in a short transaction of its own; returns how much fired.

    `tenancy.each_firm` would write its reason into each firm's ledger three times a minute; no business row is
    read here, and each run that is started is on record itself.
    """
    fired = 0
    for firm_id in list(Firm.objects.filter(state__in=AT_WORK).order_by("pk").values_list("pk", flat=True)):
        try:
            with firm_transaction(firm_id):
                fired += tick_firm()
        except DatabaseError:
            # One firm's trouble is not the others'; this one is tried again at the next tick.
            log.exception("the clock of a firm could not be read", extra={"firm_id": str(firm_id)})
    return fired


def tick_firm() -> int:
    """Bring the schedules of the firm at hand in step with what is declared, and fire what is due."""
    declared = {code: spec for code, spec in job_specs().items() if spec.kind is Kind.CLOCK}
    rows = {row.code: row for row in Schedule.objects.all()}
    missing = [_new(spec) for code, spec in declared.items() if code not in rows]
    if missing:
        Schedule.objects.bulk_create(missing, ignore_conflicts=True)
    return sum(_see_to(row) for row in rows.values() if row.code in declared)


def next_firings(count: int = 10) -> list[tuple[Schedule, list[datetime]]]:
    """Every schedule of the firm at hand with its next firings, for a page."""
    return [(row, row.next_runs(count)) for row in Schedule.objects.select_related("firm").order_by("code")]


def _new(spec: JobSpec) -> Schedule:
    row = Schedule(firm=current_firm(), code=spec.code, next_run_at=now())
    row.basis = _basis(row)
    row.next_run_at = next_after(row.expression, row.zone, now())
    return row


def _basis(row: Schedule) -> str:
    return f"{row.expression} {row.zone.key}"


def _see_to(row: Schedule) -> bool:
    row.firm = current_firm()
    if row.basis != _basis(row):
        # The declaration, the firm's zone or the row itself was changed since the next firing was computed.
        Schedule.objects.filter(pk=row.pk, basis=row.basis).update(
            basis=_basis(row), next_run_at=next_after(row.expression, row.zone, now())
        )
        return False
    if row.paused or row.next_run_at > now():
        return False
    return _fire(row)


def _fire(row: Schedule) -> bool:
    """After a night without a worker it fires once, not once for each firing missed."""
    moved = Schedule.objects.filter(pk=row.pk, next_run_at=row.next_run_at, paused=False).update(
        next_run_at=next_after(row.expression, row.zone, now()), last_run_at=now()
    )
    # While the last run is still at work or waiting, another beside it would only pile up.
    if not moved or JobRun.objects.open().filter(code=row.code).exists():
        return False
    key = f"clock:{row.code}:{row.next_run_at:%Y-%m-%dT%H:%M:%SZ}"
    enqueue(row.code, actor=Actor.system(row.code), key=key)
    return True
