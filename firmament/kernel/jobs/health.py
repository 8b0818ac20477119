"""How the queue is doing, for /readyz, /metrics and doctor. Global: no firm is set and none is named."""

from dataclasses import dataclass

from django.db import connection

from firmament.kernel.jobs.reaper import STALLED
from firmament.kernel.jobs.registry import Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneHealth:
    """One lane: rows due and not begun, the age of the oldest of them in seconds, rows at work."""

    lane: Lane
    waiting: int
    lag_seconds: float
    running: int


def workers_alive() -> int:
    """Lane workers (one per lane and process) that gave a sign of life lately."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers"
            " WHERE last_heartbeat > now() - make_interval(secs => %s)",
            [STALLED],
        )
        return int(cursor.fetchone()[0])


def lanes() -> list[LaneHealth]:
    """Each lane. A lane that nobody serves shows as a lag that grows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT j.queue_name, count(*) FILTER (WHERE status = 'todo'),"
            " coalesce(max(extract(epoch FROM now() - coalesce(scheduled_at, e.at)))"
            "  FILTER (WHERE status = 'todo'), 0)::float8,"
            " count(*) FILTER (WHERE status = 'doing')"
            " FROM procrastinate_jobs j LEFT JOIN procrastinate_events e"
            "  ON e.job_id = j.id AND e.type = 'deferred'"
            " WHERE status IN ('todo', 'doing') AND (scheduled_at IS NULL OR scheduled_at <= now())"
            " GROUP BY j.queue_name"
        )
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    rows = ((lane, found.get(lane, (0, 0.0, 0))) for lane in Lane)
    return [
        LaneHealth(lane=lane, waiting=waiting, lag_seconds=lag, running=running)
        for lane, (waiting, lag, running) in rows
    ]
