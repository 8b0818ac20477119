"""Messages the firm has sent, and what became of them."""

from dataclasses import dataclass

from django.db.models import QuerySet

from firmament.kernel.messages.models import Attempt, Delivery, State
from firmament.kernel.policies.decide import visible
from firmament.kernel.tenancy.actor import Actor
from firmament.modules.operations.policies import Can
from firmament.ui.shell import Tone

TONES: dict[str, Tone] = {
    State.QUEUED: "waiting",
    State.SENDING: "info",
    State.SENT: "done",
    State.FAILED: "danger",
    State.CANCELED: "neutral",
}
OUTCOMES: dict[str, Tone] = {
    Attempt.Outcome.ACCEPTED: "success",
    Attempt.Outcome.DEFERRED: "warning",
    Attempt.Outcome.REFUSED: "danger",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptLine:
    """One hand-over, with the colour of its outcome."""

    attempt: Attempt
    tone: Tone


def deliveries_for(actor: Actor) -> "QuerySet[Delivery]":
    """Messages the actor may see: those to clients behind a wall of theirs are not among them."""
    rows: QuerySet[Delivery] = Delivery.objects.filter(visible(actor, Can.VIEW_MESSAGES, Delivery))
    return rows


def attempts_of(delivery: Delivery) -> list[AttemptLine]:
    """Every hand-over, in order."""
    rows = Attempt.objects.filter(delivery=delivery).order_by("number")
    return [AttemptLine(attempt=row, tone=OUTCOMES[row.outcome]) for row in rows]
