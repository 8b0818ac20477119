"""What a job's code holds of its own run."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.db import connection

from firmament.kernel.jobs import registry
from firmament.kernel.jobs.claim import name_backend
from firmament.kernel.jobs.errors import Canceled, StaleAttempt
from firmament.kernel.jobs.models import JobRun
from firmament.kernel.jobs.pulse import Attempt, Progress
from firmament.kernel.jobs.registry import JobSpec
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.transaction import firm_transaction

_current: ContextVar["Run | None"] = ContextVar("current_run", default=None)


class Run:
    """The run at hand: who it works for, how far it is, whether somebody wants it to stop."""

    def __init__(self, row: JobRun, spec: JobSpec, attempt: Attempt) -> None:
        self._row = row
        self._spec = spec
        self._attempt = attempt
        self._actor: Actor | None = None

    @property
    def id(self) -> UUID:
        """The JobRun's id; stable over all attempts, so it serves as an idempotency key to the outside."""
        return self._row.pk

    @property
    def attempt(self) -> int:
        """1 at the first try."""
        return self._attempt.number

    @property
    def actor(self) -> Actor:
        """Who acts: the person the run works for, as they are now, or the house."""
        if self._actor is None:
            with self._transaction():
                self.authorize()
        assert self._actor is not None
        return self._actor

    def authorize(self) -> None:
        """Ask again who acts; raises NotAuthorized when that person may no longer."""
        if self._spec.for_a_person and self._row.domain != Domain.SYSTEM:
            self._actor = registry.actor_loader(self._row)
        else:
            self._actor = Actor.system(self._spec.code)

    @property
    def cancel_requested(self) -> bool:
        """Whether a person asked it to stop; asks the database each time."""
        with self._transaction():
            return JobRun.objects.filter(pk=self._row.pk, cancel_requested_at__isnull=False).exists()

    def stop_if_canceled(self) -> None:
        """Leave the job when a person asked for that; the open transaction is undone."""
        if self.cancel_requested:
            raise Canceled

    def progress(self, done: int, total: int | None = None, what: str = "") -> None:
        """Show how far it is, to whoever waits, before the job's own transaction ends. Cheap: call it per row.

        `what` is a plain sentence for people ("Reading the file"). Raises StaleAttempt when another attempt
        owns the run by now.
        """
        if self._attempt.lost:
            raise StaleAttempt
        self._attempt.report(Progress(done=done, total=total, what=str(what)))

    @contextmanager
    def beat(self) -> Iterator[None]:
        """One transaction of an `outside` job: what is read and written between two words to the outside.

        Who acts is asked again at its start. It commits only if this attempt still owns the run; else
        StaleAttempt, and nothing has changed.
        """
        with firm_transaction(self._attempt.firm_id):
            name_backend(self._row)
            self.authorize()
            yield
            self.verify()
        if not connection.in_atomic_block:
            # Nothing is held while the network is spoken to, not even a place in the connection pool.
            connection.close()

    def verify(self) -> None:
        """StaleAttempt unless this attempt owns the run; holds its row until the transaction ends."""
        mine = JobRun.objects.select_for_update(no_key=True).owned(self._row).values_list("pk", flat=True)
        if not list(mine):
            raise StaleAttempt

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if connection.in_atomic_block:
            yield
            return
        with firm_transaction(self._attempt.firm_id):
            yield


def current_run() -> Run | None:
    """The run whose code is executing, for code that serves pages and jobs alike."""
    return _current.get()


@contextmanager
def as_current(run: Run) -> Iterator[None]:
    """Let `current_run()` be this one."""
    token = _current.set(run)
    try:
        yield
    finally:
        _current.reset(token)
