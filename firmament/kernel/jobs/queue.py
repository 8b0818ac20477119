"""Putting work into the queue, in the transaction of the change that asks for it.

Rooms never call this: an action records an event, and `jobs.py` says what follows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection

from firmament.kernel.jobs.models import JobRun
from firmament.kernel.jobs.registry import job_spec
from firmament.kernel.tenancy.actor import Actor

TASK = "firmament.run"

# A firm's waiting jobs are dealt out in hands of this size, each hand one priority lower than the one before.
# So a firm that queues 100,000 jobs keeps nobody waiting behind them: a job of a firm with nothing queued is
# in the first hand, whenever it comes.
HAND = 20
COUNTED = 4000

# Deferred through procrastinate's own function, in one message that also counts what waits: procrastinate's
# Python API would need a message for the count and cannot give each job its own priority.
DEFER = """
WITH ordered AS (
    SELECT o.*, row_number() OVER (PARTITION BY o.lane ORDER BY o.nth) AS place,
           count(*) OVER (PARTITION BY o.lane) AS together
    FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[]) WITH ORDINALITY AS o(run_id, lane, at, nth)
), waiting AS (
    SELECT l.lane, (SELECT count(*) FROM (
        SELECT 1 FROM jobs_jobrun r
        WHERE r.firm_id = %s::uuid AND r.lane = l.lane AND r.state IN ('queued', 'retrying') LIMIT %s::bigint
    ) counted) AS jobs
    FROM (SELECT DISTINCT lane FROM ordered) l
)
SELECT cardinality(procrastinate_defer_jobs_v1(ARRAY(
    SELECT ROW(
        o.lane, %s::text, -((greatest(w.jobs - o.together, 0) + o.place - 1) / %s::bigint)::int, NULL, NULL,
        jsonb_build_object('firm_id', %s::text, 'run_id', o.run_id::text), o.at
    )::procrastinate_job_to_defer_v1
    FROM ordered o JOIN waiting w USING (lane) ORDER BY o.nth
)))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueue:
    """One wish for work. `key`: at most one run of a firm ever has it. `at`: not before this aware instant."""

    code: str
    actor: Actor
    entry_id: UUID | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None
    key: str = ""


def enqueue(
    code: str,
    *,
    actor: Actor,
    entry_id: UUID | None = None,
    ids: Mapping[str, str] | None = None,
    at: datetime | None = None,
    key: str | None = None,
) -> JobRun:
    """Queue one job. With a key that the firm has used before, nothing is queued and that run is returned."""
    wish = Enqueue(code=code, actor=actor, entry_id=entry_id, ids=ids or {}, at=at, key=key or "")
    return enqueue_many([wish])[0]


def enqueue_many(wishes: Sequence[Enqueue]) -> list[JobRun]:
    """Queue several in three statements at most, whatever their number; the runs come back in the same order."""
    runs = [_run_for(wish) for wish in wishes]
    keyed = any(run.key for run in runs)
    JobRun.objects.bulk_create(runs, ignore_conflicts=keyed)
    if not keyed:
        defer(runs)
        return runs
    return _defer_only_new(runs)


def _run_for(wish: Enqueue) -> JobRun:
    spec = job_spec(wish.code)
    if spec is None:
        raise LookupError(f"No room declares the job {wish.code}")
    return JobRun(
        code=wish.code,
        lane=spec.lane,
        key=wish.key,
        ids=dict(wish.ids),
        entry_id=wish.entry_id,
        run_after=wish.at,
        domain=wish.actor.domain,
        user_id=wish.actor.user_id,
        membership_id=wish.actor.membership_id,
        token_id=wish.actor.token_id,
        job=wish.actor.job,
        scopes=sorted(wish.actor.scopes),
    )


def _defer_only_new(runs: list[JobRun]) -> list[JobRun]:
    """A run whose key was taken was not inserted: hand out the one that has the key instead."""
    keys = {run.key for run in runs if run.key}
    there = {run.key: run for run in JobRun.objects.filter(key__in=keys)}
    defer([run for run in runs if not run.key or there[run.key].pk == run.pk])
    return [there.get(run.key, run) if run.key else run for run in runs]


def defer(runs: Sequence[JobRun]) -> None:
    """Put rows that name these runs into the queue. They may already exist there; a claim happens only once."""
    if not runs:
        return
    firm_id = str(runs[0].firm_id)
    with connection.cursor() as cursor:
        cursor.execute(
            DEFER,
            [
                [run.pk for run in runs],
                [str(run.lane) for run in runs],
                [run.run_after for run in runs],
                firm_id,
                COUNTED,
                TASK,
                HAND,
                firm_id,
            ],
        )
