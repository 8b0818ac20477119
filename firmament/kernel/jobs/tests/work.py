"""Jobs for tests. Their effect is a paused schedule of no job: a row of the firm that can be counted.

Declared on import, so a worker process under test knows them; the rest of the house never imports this.
"""

import secrets
import time
from uuid import UUID

from firmament.kernel.jobs.models import Schedule
from firmament.kernel.jobs.registry import Lane, Retry, every, job
from firmament.kernel.jobs.run import Run
from firmament.lib.instant import now


def leave_effect(run_id: UUID) -> None:
    """One more row for this run; nothing keeps a second one out."""
    Schedule.objects.create(
        code=f"effect {run_id.hex} {secrets.token_hex(4)}", paused=True, next_run_at=now(), basis="test"
    )


def effects(run_id: UUID) -> int:
    """How often the run's work was done, as far as it was kept."""
    return Schedule.objects.filter(code__startswith=f"effect {run_id.hex} ").count()


@job("tests.quick", lane=Lane.NOW)
def quick(run: Run) -> None:
    """Leaves its effect."""
    leave_effect(run.id)


@job("tests.slow", lane=Lane.NOW)
def slow(run: Run, seconds: str) -> None:
    """Leaves its effect, then takes its time, in one transaction."""
    leave_effect(run.id)
    for done in range(int(float(seconds) * 10)):
        run.progress(done, int(float(seconds) * 10), "Taking time")
        time.sleep(0.1)


@job("tests.slow_outside", lane=Lane.NOW, outside=True)
def slow_outside(run: Run, seconds: str) -> None:
    """Takes its time with no transaction open, then leaves its effect in a beat."""
    time.sleep(float(seconds))
    with run.beat():
        leave_effect(run.id)


@job("tests.patient", lane=Lane.BULK)
def patient(run: Run) -> None:
    """Works until asked to stop."""
    for done in range(600):
        run.progress(done, 600, "Waiting to be stopped")
        run.stop_if_canceled()
        time.sleep(0.1)


@job("tests.hopeless", lane=Lane.NOW, retry=Retry.NEVER)
def hopeless(run: Run) -> None:
    """Leaves an effect and fails, once and for all."""
    leave_effect(run.id)
    raise ValueError("carla@client.example is no number")


@every("0 0 1 1 *", "tests.yearly", lane=Lane.NOW)
def yearly() -> None:
    """Does nothing; the tests make it due."""


@job("tests.brief", lane=Lane.NOW)
def brief(run: Run, milliseconds: str) -> None:
    """Leaves its effect halfway through a short transaction."""
    time.sleep(float(milliseconds) / 2000)
    leave_effect(run.id)
    time.sleep(float(milliseconds) / 2000)


@job("tests.brief_outside", lane=Lane.SOON, outside=True)
def brief_outside(run: Run, milliseconds: str) -> None:
    """Three beats; the last one leaves the effect, unless an earlier attempt did."""
    time.sleep(float(milliseconds) / 2000)
    with run.beat():
        if not effects(run.id):
            leave_effect(run.id)
    time.sleep(float(milliseconds) / 2000)
