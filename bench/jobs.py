"""Jobs: how fast they are queued, how fast they are run, and how soon one starts after its transaction commits.

`python -m bench.jobs [--jobs N] [--probes N]`. No-op jobs; a real worker process as `manage.py work` starts it (three lanes,
ten places), on a cluster that waits for the disk. "Fair": while one firm's flood is being run, how soon
a job of another firm starts. Target: commit to start p95 ≤ 100 ms idle.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.report import percentile, show
from firmament.kernel.jobs import health
from firmament.kernel.jobs.models import JobRun
from firmament.kernel.jobs.queue import Enqueue, enqueue, enqueue_many
from firmament.kernel.jobs.tests import noop
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import point_at, prepare_template
from firmament.lib.instant import now

DATABASE = "firmament_bench_jobs"
CODE = noop.CODE


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--jobs", type=int, default=3000)
    arguments.add_argument("--probes", type=int, default=100)
    options = arguments.parse_args()
    acme, globex = prepare()
    rows: list[tuple[str, float, str]] = []
    singles, batched = enqueue_rates(acme, options.jobs)
    rows.append(("enqueue, one per transaction", singles, "jobs/s"))
    rows.append(("enqueue, 100 per transaction", batched, "jobs/s"))
    clear()
    flood(acme, options.jobs)
    with worker():
        waits = fairness(globex, acme, options.probes)
        rows.append(("another firm's job during a flood, p50", percentile(waits, 0.5), "ms"))
        rows.append(("another firm's job during a flood, p95", percentile(waits, 0.95), "ms"))
    clear()
    for workers in (1, 2):
        rows.append(
            (
                f"run, {workers} worker{'s' * (workers > 1)}",
                run_rate((acme, globex), options.jobs, workers),
                "jobs/s",
            )
        )
    with worker():
        starts = idle_starts(acme, options.probes)
    rows.append(("commit to start, idle, p50", percentile(starts, 0.5), "ms"))
    rows.append(("commit to start, idle, p95", percentile(starts, 0.95), "ms"))
    show("jobs", ("measure", "value", "unit"), rows, jobs=options.jobs, probes=options.probes, fsync="on")
    return 0 if percentile(starts, 0.95) <= 100 else 1


def prepare() -> tuple[UUID, UUID]:
    """A clone with its two firms, on a cluster as durable as a real one."""
    prepare_template()
    cluster.clone(cluster.TEMPLATE, DATABASE)
    with cluster.superuser() as owner:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            owner.execute(f"ALTER SYSTEM SET {name} = on")
        owner.execute("SELECT pg_reload_conf()")
    point_at(DATABASE)
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        assert cursor.fetchone() == ("on",), "the cluster does not wait for the disk"
    return tuple(Firm.objects.order_by("slug").values_list("pk", flat=True)[:2])


def wish() -> Enqueue:
    return Enqueue(code=CODE, actor=Actor.system(CODE))


def enqueue_rates(firm_id: UUID, jobs: int) -> tuple[float, float]:
    begun = time.perf_counter()
    for _ in range(jobs // 3):
        with firm_transaction(firm_id):
            enqueue(CODE, actor=Actor.system(CODE))
    singles = jobs // 3 / (time.perf_counter() - begun)
    begun = time.perf_counter()
    flood(firm_id, jobs)
    return singles, jobs / (time.perf_counter() - begun)


def flood(firm_id: UUID, jobs: int) -> None:
    for _ in range(jobs // 100):
        with firm_transaction(firm_id):
            enqueue_many([wish() for _ in range(100)])


def clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    for firm_id in Firm.objects.values_list("pk", flat=True):
        with firm_transaction(firm_id):
            JobRun.objects.all().delete()


def left() -> int:
    """Rows in the queue, those put back for a moment included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        return int(cursor.fetchone()[0])


def worker_command() -> list[str]:
    return [sys.executable, "-m", "firmament.kernel.jobs.tests.worker_process", "20"]


def worker_environment() -> dict[str, str]:
    """This environment, pointing at the clone."""
    source, target = f"/{cluster.TEMPLATE}?", f"/{DATABASE}?"
    return {k: v.replace(source, target) if k.endswith("DATABASE_URL") else v for k, v in os.environ.items()}


@contextmanager
def worker(count: int = 1) -> Iterator[None]:
    """Worker processes on the clone, up and registered."""
    processes = [subprocess.Popen(worker_command(), env=worker_environment()) for _ in range(count)]
    while health.workers_alive() < 3 * count:
        time.sleep(0.1)
    try:
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(10)


def run_rate(firms: tuple[UUID, UUID], jobs: int, workers: int) -> float:
    """From the first start to the last end, by the runs' own times: the workers' start-up is not counted."""
    clear()
    for firm_id in firms:
        flood(firm_id, jobs // 2)
    with worker(workers):
        while left():
            time.sleep(0.2)
    spans = []
    for firm_id in firms:
        with firm_transaction(firm_id):
            spans += list(JobRun.objects.filter(code=CODE).values_list("started_at", "finished_at"))
    assert len(spans) == jobs // 2 // 100 * 100 * 2
    return len(spans) / (max(end for _, end in spans) - min(start for start, _ in spans)).total_seconds()


def idle_starts(firm_id: UUID, probes: int) -> list[float]:
    return [_start_after_commit(firm_id) for _ in range(probes)]


def fairness(firm_id: UUID, flooding: UUID, probes: int) -> list[float]:
    waits = []
    while len(waits) < probes:
        waits.append(_start_after_commit(firm_id))
        with firm_transaction(flooding):
            if JobRun.objects.open().count() < 50:
                break
    return waits


def _start_after_commit(firm_id: UUID) -> float:
    """Milliseconds from the commit of the asking transaction to the start of its run, on one machine's clock."""
    with firm_transaction(firm_id):
        run = enqueue(CODE, actor=Actor.system(CODE))
    committed = now()
    while True:
        time.sleep(0.02)
        with firm_transaction(firm_id):
            row = JobRun.objects.get(pk=run.pk)
        if row.started_at and not row.is_open:
            return max((row.started_at - committed).total_seconds() * 1000, 0.0)


if __name__ == "__main__":
    sys.exit(main())
