from collections.abc import Callable, Iterator
from typing import Any

import pytest

from firmament.kernel.jobs import registry
from firmament.kernel.jobs.models import JobRun
from firmament.kernel.jobs.pulse import Inline
from firmament.kernel.jobs.queue import enqueue
from firmament.kernel.jobs.registry import job
from firmament.kernel.jobs.wrapper import Outcome, execute
from firmament.kernel.tenancy.actor import Actor

Job = Callable[..., Any]


@pytest.fixture
def declare() -> Iterator[Job]:
    """Declare a job for one test."""
    before = set(registry.job_specs())
    yield lambda function, **details: job(f"tests.{function.__name__}", **details)(function)
    registry.forget(*(set(registry.job_specs()) - before))


@pytest.fixture
def start() -> Callable[..., tuple[JobRun, Outcome]]:
    """Queue the declared job for somebody and execute it here and now."""

    def queue_and_execute(function: Job, actor: Actor, **ids: str) -> tuple[JobRun, Outcome]:
        run = enqueue(f"tests.{function.__name__}", actor=actor, ids=ids)
        return run, execute(run.firm_id, run.pk, Inline())

    return queue_and_execute
