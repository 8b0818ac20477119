"""Running what is queued here and now, in the caller's own thread and transaction: for tests and the demo firm."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from firmament.kernel.jobs.claim import Outcome
from firmament.kernel.jobs.pulse import Inline
from firmament.kernel.jobs.queue import TASK
from firmament.kernel.jobs.wrapper import execute
from firmament.lib.instant import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One row of the queue."""

    id: int
    firm_id: UUID
    run_id: UUID


def run_queued(*, max_rounds: int = 50, raise_errors: bool = True) -> int:
    """Run what is due by `instant.now()`, and what follows from it, until nothing is; returns how many ran.

    Raises the first error that a job raises, as it was raised, unless told otherwise; RuntimeError when the
    follow-ups do not end.
    """
    ran = 0
    for _round in range(max_rounds):
        tickets = _due()
        if not tickets:
            return ran
        for ticket in tickets:
            outcome = execute(ticket.firm_id, ticket.run_id, Inline())
            _settle(ticket, outcome)
            ran += 1
            if raise_errors and outcome.error is not None:
                raise outcome.error
    raise RuntimeError(f"Jobs were still following jobs after {max_rounds} rounds")


def drain() -> int:
    """Let follow-ups happen at the time at hand, for a history that is being told (`instant.at`)."""
    return run_queued(max_rounds=500)


def _due() -> list[Ticket]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, args FROM procrastinate_jobs WHERE status = 'todo' AND task_name = %s"
            " AND (scheduled_at IS NULL OR scheduled_at <= %s) ORDER BY id",
            [TASK, now()],
        )
        rows = cursor.fetchall()
    return [_ticket(row[0], row[1]) for row in rows]


def _ticket(row_id: int, args: str | dict[str, str]) -> Ticket:
    named = json.loads(args) if isinstance(args, str) else args
    return Ticket(id=row_id, firm_id=UUID(named["firm_id"]), run_id=UUID(named["run_id"]))


def _settle(ticket: Ticket, outcome: Outcome) -> None:
    later: datetime | None = outcome.later
    with connection.cursor() as cursor:
        if later is None:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s AND status = 'todo'", [ticket.id])
        else:
            cursor.execute(
                "UPDATE procrastinate_jobs SET scheduled_at = %s WHERE id = %s AND status = 'todo'",
                [later, ticket.id],
            )
