"""Bringing back what a dead worker held. Three nets, each for what slips through the one before.

A row of the queue whose worker gives no sign of life; a row that a living worker is believed to hold but does not
(its report was lost when the database restarted); a run without any row. Bringing back too much does no
harm: a run is claimed by one attempt at a time, and one that has ended is not claimed again.
"""

import logging
from collections.abc import Collection
from datetime import timedelta

from django.db import connection
from django.db.models import F, Q
from django.db.models.functions import Now
from procrastinate.app import App
from procrastinate.exceptions import ConnectorException

from firmament.kernel.jobs.models import WAITING, JobRun, State
from firmament.kernel.jobs.queue import TASK, defer
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.lib.instant import now

log = logging.getLogger(__name__)

# A worker that has given no sign for so long is taken for dead. It signs every HEARTBEAT seconds.
STALLED = 15.0
HEARTBEAT = 3.0
# How often in a row a row must be seen astray before it is taken back: its report may be on its way.
SIGHTINGS = 3
LOST_AFTER = timedelta(minutes=10)
BATCH = 500

HELD_BY = (
    "SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND worker_id = ANY(%(workers)s::bigint[])"
)
ELDEST = (
    "SELECT min(id) AS id FROM procrastinate_workers"
    " WHERE last_heartbeat > now() - make_interval(secs => %(stalled)s)"
)


class Reaper:
    """The nets that need to know what this process is doing."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._astray: dict[int, int] = {}

    async def reap(self, workers: Collection[int], at_work: Collection[int]) -> int:
        """Bring back the rows of dead workers, and those that ours are wrongly believed to hold."""
        manager = self._app.job_manager
        stalled = [
            job.id
            for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED)
            if job.id is not None
        ]
        await manager.prune_stalled_workers(STALLED * 4)
        back = 0
        for row_id in [*stalled, *await self._find_astray(workers, at_work)]:
            back += await self._bring_back(row_id)
        return back

    async def is_eldest(self, workers: Collection[int]) -> bool:
        """Whether this process holds the oldest living worker; it does what need be done only once."""
        row = await self._app.connector.execute_query_one_async(ELDEST, stalled=STALLED)
        return row["id"] in workers

    async def _find_astray(self, workers: Collection[int], at_work: Collection[int]) -> list[int]:
        rows = await self._app.connector.execute_query_all_async(HELD_BY, workers=list(workers))
        seen = {row["id"]: self._astray.get(row["id"], 0) + 1 for row in rows if row["id"] not in at_work}
        self._astray = {row_id: times for row_id, times in seen.items() if times < SIGHTINGS}
        return [row_id for row_id, times in seen.items() if times >= SIGHTINGS]

    async def _bring_back(self, row_id: int) -> int:
        try:
            await self._app.job_manager.retry_job_by_id_async(job_id=row_id, retry_at=now())
        except ConnectorException:
            # Another worker's reaper was quicker.
            return 0
        log.warning("brought back a job whose worker is gone", extra={"row": row_id})
        return 1


def requeue_lost() -> int:
    """Give a row to every run that should have one and has none; returns how many."""
    found = 0
    for firm_id in list(Firm.objects.exclude(state=Firm.State.CANCELED).values_list("pk", flat=True)):
        with firm_transaction(firm_id):
            found += _requeue_lost_of_firm()
    return found


def _requeue_lost_of_firm() -> int:
    overdue = Q(state__in=WAITING, updated_at__lt=Now() - LOST_AFTER) & (
        Q(run_after__isnull=True) | Q(run_after__lt=Now() - LOST_AFTER)
    )
    abandoned = Q(state=State.RUNNING, lease_until__lt=Now() - LOST_AFTER)
    suspects = list(JobRun.objects.filter(overdue | abandoned).order_by(F("created_at"))[:BATCH])
    if not suspects:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'run_id' FROM procrastinate_jobs WHERE task_name = %s AND status IN ('todo', 'doing')"
            " AND args->>'run_id' = ANY(%s::text[])",
            [TASK, [str(run.pk) for run in suspects]],
        )
        queued = {row[0] for row in cursor.fetchall()}
    lost = [run for run in suspects if str(run.pk) not in queued]
    for run in lost:
        log.error(
            "a run had no row in the queue; it has one again", extra={"run": str(run.pk), "job": run.code}
        )
    defer(lost)
    return len(lost)
