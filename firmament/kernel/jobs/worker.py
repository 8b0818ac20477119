"""The worker's process: one procrastinate worker per lane, a pulse, a reaper and a clock."""

import asyncio
import logging
import os
import signal
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections, connections
from procrastinate.app import App
from procrastinate.contrib.django import app as house_app
from procrastinate.contrib.django import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.worker import Worker

from firmament.kernel.jobs.models import JobRun, State
from firmament.kernel.jobs.pulse import Attempt, Pulse
from firmament.kernel.jobs.queue import TASK
from firmament.kernel.jobs.reaper import HEARTBEAT, STALLED, Reaper, requeue_lost
from firmament.kernel.jobs.registry import Lane, beats
from firmament.kernel.jobs.schedule import tick
from firmament.kernel.jobs.wrapper import execute
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.lib.instant import now

log = logging.getLogger(__name__)

PLACES: Mapping[Lane, int] = {Lane.NOW: 4, Lane.SOON: 4, Lane.BULK: 2}
REAP_EVERY = 3.0
TICK_EVERY = 20.0
SWEEP_EVERY = 300.0
# A job that was put back or whose worker died announces itself by no notification; polling finds it.
POLL_EVERY = 1.0
# Stopping takes less than five seconds altogether: who stops us (make run, systemd) waits ten.
GRACE = 3.0
# A place that found a firm at its cap rests, or it would spin through that firm's whole backlog.
REST = 0.1

pulse = Pulse()


class PutBack(Exception):
    """Not now: the row returns into the queue until then."""

    def __init__(self, later: datetime) -> None:
        super().__init__(later.isoformat())
        self.later = later


class Again(BaseRetryStrategy):
    """A row leaves the queue only when its run has ended; whatever else happens, it comes back."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        """At the time the wrapper named, or soon when even the wrapper failed."""
        later = exception.later if isinstance(exception, PutBack) else now() + timedelta(seconds=5)
        return RetryDecision(retry_at=later)


@house_app.task(name=TASK, queue=Lane.SOON.value, retry=Again())
def run_one(firm_id: str, run_id: str) -> None:
    """One row of the queue, in a thread of its own."""
    outcome = execute(UUID(firm_id), UUID(run_id), pulse)
    if outcome.crowded:
        time.sleep(REST)
    if outcome.later is not None:
        raise PutBack(outcome.later)


def main(lanes: Sequence[str] | None = None, *, tick_every: float = TICK_EVERY) -> int:
    """Work until SIGTERM or SIGINT; returns the exit code. Lanes: all, where none is named."""
    chosen = [Lane(lane) for lane in lanes] if lanes else list(Lane)
    # Its own account of a row that was put back is a traceback; the wrapper has said what there is to say.
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    return asyncio.run(run(chosen, tick_every=tick_every))


async def run(lanes: Sequence[Lane], *, tick_every: float = TICK_EVERY) -> int:
    """As `main`, inside a running loop."""
    house = House(lanes)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, house.stopping.set)
    loop.set_exception_handler(_hear)
    # Threads for the jobs, and a few for the clock and for handing back.
    loop.set_default_executor(ThreadPoolExecutor(sum(PLACES[lane] for lane in lanes) + 4, "job"))
    widen_pool(sum(PLACES[lane] for lane in lanes) + 6)
    pulse.start()
    async with house.app.open_async():
        await house.work(tick_every)
        if house.at_work:
            await house.hand_back()
            logging.shutdown()
            # Threads cannot be ended, only left. What they have open is rolled back with their connections.
            os._exit(0)
    pulse.stop()
    return 0


def _hear(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A worker that was taken for dead reports a row which is another's by now. The queue refuses, rightly."""
    if isinstance(context.get("exception"), ConnectorException):
        log.warning("the queue did not take a report", extra={"what": context.get("message", "")})
    else:
        loop.default_exception_handler(context)


def widen_pool(size: int) -> None:
    """A connection for every thread: a pulse that waits for one lets leases run out."""
    pool = connections.settings["default"].get("OPTIONS", {}).get("pool")
    if isinstance(pool, dict):
        pool["max_size"] = max(size, pool.get("max_size", 0))


class House:
    """What one process runs, and how it stops."""

    def __init__(self, lanes: Sequence[Lane]) -> None:
        connector = PsycopgConnector(kwargs=connector_params("default"), min_size=1, max_size=len(lanes) + 3)
        # A second app over the same tasks: jobs enqueue through Django's connection, in their own transaction,
        # while the workers speak to the queue through this one.
        self.app: App = house_app.with_connector(connector)
        self.lanes = lanes
        self.stopping = asyncio.Event()
        self.at_work: set[int] = set()
        self._workers: dict[Lane, Worker] = {}
        self._reaper = Reaper(self.app)

    async def work(self, tick_every: float) -> None:
        """Until asked to stop; then until the jobs at work end, or patience does."""
        lanes = [asyncio.create_task(self._serve(lane), name=f"lane {lane}") for lane in self.lanes]
        chores = [
            asyncio.create_task(self._regularly(REAP_EVERY, self._reap), name="reaper"),
            asyncio.create_task(self._regularly(tick_every, self._tick), name="clock"),
            asyncio.create_task(self._regularly(SWEEP_EVERY, self._sweep), name="sweep"),
            *(
                asyncio.create_task(
                    self._regularly(beat.seconds, partial(self._if_eldest, beat.function)), name="beat"
                )
                for beat in beats
            ),
        ]
        log.info("worker started", extra={"lanes": [str(lane) for lane in self.lanes]})
        await self.stopping.wait()
        for chore in chores:
            chore.cancel()
        for worker in self._workers.values():
            worker.stop()
        await asyncio.wait(lanes, timeout=GRACE)
        log.info("worker stopped", extra={"left": len(self.at_work)})

    async def hand_back(self) -> None:
        """Give up what is still at work, so that the next worker takes it at once and need not wait for the lease."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(1):
                await loop.run_in_executor(None, release, pulse.attempts())
                for worker_id in self._worker_ids():
                    await self.app.job_manager.unregister_worker(worker_id)
        except (DatabaseError, ConnectorException, TimeoutError):
            log.warning("could not hand back what was at work; its leases will run out", exc_info=True)

    async def _serve(self, lane: Lane) -> None:
        """Keep the lane's worker alive: it gives up when the database restarts."""
        while not self.stopping.is_set():
            worker = Worker(
                app=self.app,
                queues=[lane.value],
                name=lane.value,
                concurrency=PLACES[lane],
                delete_jobs="successful",
                install_signal_handlers=False,
                fetch_job_polling_interval=POLL_EVERY,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=STALLED,
                task_middleware=self.app.worker_defaults.get("task_middleware", []),
                worker_middleware=[self._count],
            )
            self._workers[lane] = worker
            try:
                await worker.run()
            except Exception:
                log.exception("a lane's worker failed; it starts again", extra={"lane": lane.value})
            if not self.stopping.is_set():
                # Its clock speaks through Django's connection of asgiref's one thread, where no request ever
                # ends: a connection that broke there would stay broken for good.
                await sync_to_async(close_old_connections)()
                await asyncio.sleep(1)

    async def _count(
        self, call_next: Callable[[], Awaitable[object]], context: JobContext, worker: Worker
    ) -> object:
        """Know which rows this process has in its hands."""
        row_id = context.job.id
        assert row_id is not None
        self.at_work.add(row_id)
        try:
            return await call_next()
        finally:
            self.at_work.discard(row_id)

    async def _regularly(self, seconds: float, chore: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await chore()
            except (DatabaseError, ConnectorException):
                log.warning("a chore failed; it is done again", exc_info=True)
            await asyncio.sleep(seconds)

    def _worker_ids(self) -> list[int]:
        return [worker.worker_id for worker in self._workers.values() if worker.worker_id is not None]

    async def _reap(self) -> None:
        await self._reaper.reap(self._worker_ids(), self.at_work)

    async def _tick(self) -> None:
        await self._if_eldest(tick)

    async def _sweep(self) -> None:
        await self._if_eldest(requeue_lost)

    async def _if_eldest(self, chore: Callable[[], int]) -> None:
        if await self._reaper.is_eldest(self._worker_ids()):
            await asyncio.get_running_loop().run_in_executor(None, _with_connection, chore)


def _with_connection(chore: Callable[[], int]) -> None:
    close_old_connections()
    try:
        chore()
    finally:
        close_old_connections()


def release(attempts: Sequence[Attempt]) -> None:
    """Let go of runs: their attempts can no longer finish, and others may take them at once."""
    by_firm: dict[UUID, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        by_firm[attempt.firm_id].append(attempt)
    for firm_id, held in by_firm.items():
        with firm_transaction(firm_id):
            for attempt in held:
                mine = JobRun.objects.select_for_update(skip_locked=True, no_key=True).filter(
                    pk=attempt.run_id, attempt=attempt.number, state=State.RUNNING
                )
                JobRun.objects.filter(pk__in=list(mine.values_list("pk", flat=True))).update(
                    state=State.QUEUED, lease_until=None
                )
