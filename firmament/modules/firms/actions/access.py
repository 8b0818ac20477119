"""Asking about somebody's access is written down."""

from uuid import UUID

from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.policies.events import ExplanationAsked
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.tenancy.actor import Actor


def note_question(
    actor: Actor, about: Actor, *, power: str, kind: str, object_id: UUID | None, verdict: bool
) -> None:
    """Who asked, about whom, which power, on what, and what the answer was."""
    require(actor, Can.EXPLAIN)
    record(
        actor,
        ExplanationAsked(
            power=power,
            membership_id=about.membership_id,
            user_id=about.user_id,
            object_kind=kind,
            object_id=object_id,
            verdict=verdict,
        ),
    )
