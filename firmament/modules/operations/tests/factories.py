"""What tests of background work and messages begin with."""

from collections.abc import Callable
from itertools import count
from uuid import UUID

from firmament.kernel.jobs.models import ErrorClass, JobRun, State
from firmament.kernel.jobs.queue import enqueue
from firmament.kernel.messages.models import Delivery
from firmament.kernel.messages.send import Recipient, queue_message
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import now

_serial = count(1)


def make_run(actor: Actor, code: str = "clients.empty_bin") -> JobRun:
    """Work that waits."""
    return enqueue(code, actor=actor)


def make_dead_letter(actor: Actor, *, reason: str = "The server said 550.") -> JobRun:
    """Work that failed for good."""
    run = make_run(actor)
    JobRun.objects.filter(pk=run.pk).update(
        state=State.FAILED,
        finished_at=now(),
        error_class=ErrorClass.PERMANENT,
        error_text=reason,
        attempt=1,
        failures=1,
    )
    run.refresh_from_db()
    return run


def make_delivery(actor: Actor, *, client_id: UUID | None = None) -> Delivery:
    """A message that waits to be sent."""
    number = next(_serial)
    return queue_message(
        actor,
        wording="documents.request_sent",
        to=Recipient(name="Carla Client", email="carla@client.example"),
        context={},
        key=f"factory-{number}",
        client_id=client_id,
    )


EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "operations:message": lambda actor: {"pk": make_delivery(actor).pk},
    "operations:job": lambda actor: {"pk": make_run(actor).pk},
    "operations:job_step": lambda actor: {"pk": make_dead_letter(actor).pk, "step": "replay"},
}
