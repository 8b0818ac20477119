"""Kills at random moments: is a job ever lost, or done twice?

`python -m bench.kills [--jobs N] [--kills N] [--seed N]`. Two worker processes run short jobs of two firms; at
random moments one of them is killed with -9, or frozen for twice the lease and woken, or a random connection of
theirs is cut. A killed worker is replaced at once. At the end each job's effects in the database are counted.
"""

import argparse
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from uuid import UUID

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.jobs import DATABASE, clear, left, prepare, worker_command, worker_environment
from bench.report import show
from firmament.kernel.jobs.models import JobRun, Schedule
from firmament.kernel.jobs.pulse import LEASE
from firmament.kernel.jobs.queue import Enqueue, enqueue_many
from firmament.kernel.jobs.tests import work
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster

_started: list[subprocess.Popen[bytes]] = []


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--jobs", type=int, default=2000)
    arguments.add_argument("--kills", type=int, default=30)
    arguments.add_argument("--seed", type=int, default=7)
    options = arguments.parse_args()
    chance = random.Random(options.seed)
    firms = prepare()
    clear()
    for firm_id in firms:
        fill(firm_id, options.jobs // 2, chance)
    done = disturb(options.kills, chance)
    drained = drain_out()
    for process in _started:
        process.kill()
    tally = judge(firms)
    columns = ("jobs", *done, "lost", "doubled", "still open", "tried again", "longest run s", "drained s")
    row = (options.jobs // 2 * 2, *done.values(), *tally, drained)
    show("kills", columns, [row], seed=options.seed, lease=f"{LEASE.total_seconds():.0f} s")
    return 1 if any(tally[:3]) else 0


def fill(firm_id: UUID, jobs: int, chance: random.Random) -> None:
    assert work
    with firm_transaction(firm_id):
        enqueue_many(
            [
                Enqueue(
                    code=chance.choice(["tests.brief", "tests.brief_outside"]),
                    actor=Actor.system("bench"),
                    ids={"milliseconds": str(chance.randint(0, 120))},
                )
                for _ in range(jobs)
            ]
        )


def start() -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        worker_command(), env=worker_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _started.append(process)
    return process


def disturb(kills: int, chance: random.Random) -> dict[str, int]:
    """What was done to the workers."""
    done = {"killed": 0, "frozen": 0, "cut": 0}
    workers = [start(), start()]
    asleep: list[tuple[float, subprocess.Popen[bytes]]] = []
    time.sleep(4)
    for _ in range(kills):
        time.sleep(chance.uniform(0.2, 2.5))
        deed = chance.choices(["killed", "frozen", "cut"], [5, 2, 3])[0]
        if deed == "cut":
            cut(chance)
        else:
            victim = workers.pop(chance.randrange(len(workers)))
            workers.append(start())
            if deed == "killed":
                victim.kill()
                victim.wait()
            else:
                victim.send_signal(signal.SIGSTOP)
                asleep.append((time.monotonic() + 2 * LEASE.total_seconds(), victim))
        done[deed] += 1
        asleep = wake(asleep)
    while asleep:
        time.sleep(0.5)
        asleep = wake(asleep)
    return done


def wake(
    asleep: list[tuple[float, "subprocess.Popen[bytes]"]],
) -> list[tuple[float, "subprocess.Popen[bytes]"]]:
    """Those whose time has come go on, and are asked to stop when they have had time to do harm."""
    for at, process in asleep:
        if at <= time.monotonic():
            process.send_signal(signal.SIGCONT)
            time.sleep(1)
            process.terminate()
    return [(at, process) for at, process in asleep if at > time.monotonic()]


def cut(chance: random.Random) -> None:
    with cluster.superuser() as connection:
        pids = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
            " AND application_name LIKE 'job %%'",
            [DATABASE],
        ).fetchall()
        if pids:
            connection.execute("SELECT pg_terminate_backend(%s)", chance.choice(pids))


def drain_out() -> float:
    begun = time.monotonic()
    start()
    while left() and time.monotonic() - begun < 600:
        time.sleep(0.5)
    return time.monotonic() - begun


def judge(firms: tuple[UUID, UUID]) -> tuple[int, int, int, int, float]:
    """Lost, doubled, still open, tried more than once, and the longest from first start to end."""
    lost = doubled = still_open = again = 0
    spans: list[float] = []
    for firm_id in firms:
        with firm_transaction(firm_id):
            runs = list(JobRun.objects.filter(code__startswith="tests.brief"))
            codes = Schedule.objects.filter(code__startswith="effect ").values_list("code", flat=True)
            effects = Counter(code.split()[1] for code in codes)
        for run in runs:
            lost += effects[run.pk.hex] == 0
            doubled += effects[run.pk.hex] > 1
            still_open += run.state != "succeeded"
            again += run.attempt > 1
            if run.started_at and run.finished_at:
                spans.append((run.finished_at - run.started_at).total_seconds())
    return lost, doubled, still_open, again, max(spans)


if __name__ == "__main__":
    sys.exit(main())
