"""Signs of life: leases extended and progress shown, from a connection of their own.

The job's own transaction is open for as long as the job runs, so nothing it writes is seen before the end. This
thread writes beside it. It never waits for a lock: a run that is locked is being finished.
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import DatabaseError, close_old_connections, connection
from django.db.models.functions import Now

from firmament.kernel.jobs.models import JobRun, State
from firmament.kernel.tenancy.transaction import firm_transaction

log = logging.getLogger(__name__)

# How long a run stays with a worker that gives no sign. A takeover of a worker that merely stalled is harmless
# (the fence holds), so this is short: it bounds how late a killed worker's runs come back.
LEASE = timedelta(seconds=18)
EXTEND_EVERY = 4.0
FLUSH_EVERY = 0.5


@dataclass(slots=True, kw_only=True)
class Progress:
    """How far a run is, and with what."""

    done: int
    total: int | None
    what: str


@dataclass(slots=True, eq=False)
class Attempt:
    """One claim of a run, as its process sees it. `lost`: another attempt owns the run by now."""

    firm_id: UUID
    run_id: UUID
    number: int
    progress: Progress | None = None
    unwritten: bool = False
    lost: bool = False

    def report(self, progress: Progress) -> None:
        """Remember how far it is; written down before long."""
        self.progress = progress
        self.unwritten = True


class Pulse:
    """The process's one thread that speaks for all its running attempts."""

    def __init__(self) -> None:
        self._attempts: set[Attempt] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._extended_at = 0.0
        self._thread = threading.Thread(target=self._work, name="pulse", daemon=True)

    def start(self) -> None:
        """Begin; once per process."""
        self._thread.start()

    def stop(self) -> None:
        """End after the round at hand."""
        self._stop.set()
        self._thread.join(timeout=2)

    @contextmanager
    def watching(self, attempt: Attempt) -> Iterator[Attempt]:
        """Keep the attempt's lease for the duration of the block."""
        with self._lock:
            self._attempts.add(attempt)
        try:
            yield attempt
        finally:
            with self._lock:
                self._attempts.discard(attempt)

    def attempts(self) -> list[Attempt]:
        """Those at work in this process."""
        with self._lock:
            return list(self._attempts)

    def _work(self) -> None:
        while not self._stop.wait(FLUSH_EVERY):
            try:
                self._beat()
            except DatabaseError:
                # The database may be restarting. Leases that run out meanwhile are taken over, which is right.
                log.warning("pulse could not write", exc_info=True)
            finally:
                close_old_connections()
        connection.close()

    def _beat(self) -> None:
        extend = time.monotonic() - self._extended_at >= EXTEND_EVERY
        by_firm: dict[UUID, list[Attempt]] = defaultdict(list)
        for attempt in self.attempts():
            if extend or attempt.unwritten:
                by_firm[attempt.firm_id].append(attempt)
        for firm_id, attempts in by_firm.items():
            with firm_transaction(firm_id):
                end_if_frozen()
                write(attempts)
        if extend:
            self._extended_at = time.monotonic()


def end_if_frozen() -> None:
    """Let PostgreSQL end this short transaction, and the locks it holds, when its process falls silent in the middle."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '10s'")


def write(attempts: list[Attempt]) -> None:
    """Extend the leases of these attempts of one firm, and write down their progress."""
    by_run = {attempt.run_id: attempt for attempt in attempts}
    held = JobRun.objects.select_for_update(skip_locked=True, no_key=True).filter(pk__in=by_run)
    owned = []
    for run_id, number, state in held.values_list("pk", "attempt", "state"):
        attempt = by_run[run_id]
        if number != attempt.number or state != State.RUNNING:
            attempt.lost = True
            continue
        owned.append(run_id)
        if attempt.unwritten and attempt.progress:
            attempt.unwritten = False
            JobRun.objects.filter(pk=run_id).update(**progress_fields(attempt.progress))
    JobRun.objects.filter(pk__in=owned).update(lease_until=Now() + LEASE)


def progress_fields(progress: Progress | None) -> dict[str, object]:
    """The columns of a progress; none where nothing was ever reported."""
    if progress is None:
        return {}
    done = max(progress.done, 0)
    total = None if progress.total is None else max(progress.total, done)
    return {"progress_done": done, "progress_total": total, "progress_what": progress.what[:200]}


class Inline:
    """For runs inside the caller's own transaction, where no other connection could see them."""

    @contextmanager
    def watching(self, attempt: Attempt) -> Iterator[Attempt]:
        """Nothing to keep alive: the caller waits for the end."""
        yield attempt
