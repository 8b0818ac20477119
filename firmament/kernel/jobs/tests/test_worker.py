"""Real worker processes on a database of their own: killed, frozen, cut off, asked to stop."""

import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection

from firmament.kernel.jobs import health
from firmament.kernel.jobs.claim import claim, name_backend
from firmament.kernel.jobs.models import JobRun, Schedule
from firmament.kernel.jobs.operations import request_cancel
from firmament.kernel.jobs.queue import enqueue
from firmament.kernel.jobs.schedule import tick
from firmament.kernel.jobs.tests.work import effects
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import close, environment_of, own_clone
from firmament.lib.instant import now

pytestmark = pytest.mark.cluster

# How fast it goes is measured by `python -m bench.kills`; here it only has to come about, on the slowest machine.
PATIENCE_S = 180


@pytest.fixture(scope="module")
def environment(django_db_setup, django_db_blocker):
    """A committed database for this file; the environment of processes that use it."""
    with django_db_blocker.unblock(), own_clone("jobs") as name:
        yield environment_of(name)


@pytest.fixture
def work_force(environment, tmp_path):
    """Start workers; whatever still lives at the end is killed."""
    started = []

    def start(tick_every=60.0):
        with (tmp_path / f"worker-{len(started)}.log").open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "firmament.kernel.jobs.tests.worker_process", str(tick_every)],
                env=environment,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        started.append(process)
        alive = health.workers_alive()
        until(lambda: health.workers_alive() > alive)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
        cursor.execute("DELETE FROM procrastinate_jobs")


@contextmanager
def inside(slug):
    with firm_transaction(Firm.objects.get(slug=slug).pk):
        yield


def queue(slug, code, **ids):
    with inside(slug):
        return enqueue(code, actor=Actor.system("tests"), ids=ids)


def fresh(slug, run):
    with inside(slug):
        return JobRun.objects.get(pk=run.pk)


def effects_in(slug, run):
    with inside(slug):
        return effects(run.pk)


def until(condition):
    """Wait for it."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"not within {PATIENCE_S} s"
        time.sleep(0.05)


def rows_left():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'firmament.run'")
        return cursor.fetchone()[0]


def in_state(slug, state, *runs):
    return lambda: all(fresh(slug, run).state == state for run in runs)


def test_a_job_is_taken_up_when_its_transaction_commits_and_leaves_no_row(work_force):
    work_force()

    with inside("acme"):
        run = enqueue("tests.quick", actor=Actor.system("tests"))
        time.sleep(0.3)
        before_commit = JobRun.objects.get(pk=run.pk).state
    until(in_state("acme", "succeeded", run))

    assert before_commit == "queued"
    assert effects_in("acme", run) == 1
    until(lambda: rows_left() == 0)


def test_killed_and_frozen_workers_lose_nothing_and_double_nothing(work_force):
    killed = work_force()
    of_killed = [queue("acme", "tests.slow", seconds="4"), queue("acme", "tests.slow_outside", seconds="4")]
    until(in_state("acme", "running", *of_killed))
    killed.kill()
    killed.wait()
    frozen = work_force()
    of_frozen = [
        queue("globex", "tests.slow", seconds="4"),
        queue("globex", "tests.slow_outside", seconds="4"),
    ]
    until(in_state("globex", "running", *of_frozen))
    frozen.send_signal(signal.SIGSTOP)

    heir = work_force()
    until(
        lambda: in_state("acme", "succeeded", *of_killed)() and in_state("globex", "succeeded", *of_frozen)(),
    )
    frozen.send_signal(signal.SIGCONT)
    time.sleep(6)

    for slug, runs in (("acme", of_killed), ("globex", of_frozen)):
        assert [fresh(slug, run).state for run in runs] == ["succeeded"] * 2
        assert [fresh(slug, run).attempt for run in runs] == [2, 2]
        assert [effects_in(slug, run) for run in runs] == [1, 1]
    until(lambda: rows_left() == 0)
    heir.terminate()
    frozen.terminate()
    assert (heir.wait(PATIENCE_S), frozen.wait(PATIENCE_S)) == (0, 0)


def test_a_worker_frozen_while_it_holds_its_run_does_not_keep_it(work_force):
    run = queue("acme", "tests.quick")
    until(lambda: rows_left() == 1)
    locked, thaw = threading.Event(), threading.Event()

    def freeze():
        try:
            with inside("acme"):
                name_backend(JobRun.objects.select_for_update(no_key=True).get(pk=run.pk))
                locked.set()
                thaw.wait(PATIENCE_S)
        except DatabaseError:
            return
        finally:
            connection.close()

    with inside("acme"):
        taken = claim(run.firm_id, run.pk)
        JobRun.objects.filter(pk=run.pk).update(lease_until=now() - timedelta(seconds=1))
    frozen = threading.Thread(target=freeze)
    frozen.start()
    assert locked.wait(PATIENCE_S)
    work_force()
    until(in_state("acme", "succeeded", run))
    thaw.set()
    frozen.join()

    assert taken.run.attempt == 1
    assert fresh("acme", run).attempt == 2


def test_a_worker_stops_when_asked_and_the_next_goes_on_at_once(work_force):
    first = work_force()
    run = queue("acme", "tests.patient")
    until(lambda: fresh("acme", run).progress_done > 5)
    shown = fresh("acme", run)
    first.terminate()
    until(lambda: first.poll() is not None)
    handed_back = fresh("acme", run)
    work_force()
    until(in_state("acme", "running", run))
    with inside("acme"):
        request_cancel(Actor.system("tests"), JobRun.objects.get(pk=run.pk))
    until(in_state("acme", "canceled", run))

    assert (shown.progress_total, shown.progress_what) == (600, "Waiting to be stopped")
    assert (first.returncode, handed_back.state, handed_back.lease_until) == (0, "queued", None)
    assert fresh("acme", run).attempt == 2


def test_a_worker_outlives_the_loss_of_all_its_connections(work_force):
    worker = work_force()
    runs = [queue("acme", "tests.slow", seconds="2"), queue("acme", "tests.slow_outside", seconds="2")]
    until(in_state("acme", "running", *runs))
    close()
    with cluster.superuser() as connection_:
        connection_.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname LIKE 'firmament_jobs_%' AND pid <> pg_backend_pid()"
        )

    until(in_state("acme", "succeeded", *runs))

    assert [effects_in("acme", run) for run in runs] == [1, 1]
    assert worker.poll() is None
    until(lambda: rows_left() == 0)


def test_two_workers_and_two_more_clocks_start_a_scheduled_job_once(work_force):
    work_force(0.2)
    work_force(0.2)
    for slug in ("acme", "globex"):
        until(lambda slug=slug: has_clock(slug))
    due = now()
    for slug in ("acme", "globex"):
        with inside(slug):
            Schedule.objects.filter(code="tests.yearly").update(next_run_at=due)

    clocks = [threading.Thread(target=tick_and_close) for _ in range(4)]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join()
    time.sleep(2)

    for slug in ("acme", "globex"):
        with inside(slug):
            assert JobRun.objects.filter(code="tests.yearly").count() == 1
            assert Schedule.objects.get(code="tests.yearly").last_run_at >= due


def has_clock(slug):
    with inside(slug):
        return Schedule.objects.filter(code="tests.yearly").exists()


def tick_and_close():
    try:
        tick()
    finally:
        connection.close()
