"""Asking about somebody's access is written down."""

from uuid import UUID

from firmament.kernel.ledger.record import record
from firmament.kernel.policies.audience import Audience, audience_of
from firmament.kernel.policies.decide import require
from firmament.kernel.policies.events import AudienceAsked, ExplanationAsked
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import FirmModel


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


def ask_who(actor: Actor, power: str, subject: FirmModel) -> Audience:
    """Everybody who can use the power on this thing. That it was asked is written down."""
    require(actor, Can.VIEW_AUDIENCE)
    audience = audience_of(power, subject)
    record(
        actor,
        AudienceAsked(
            power=audience.power,
            object_kind=subject._meta.label_lower,
            object_id=subject.pk,
            people=len(audience.seers),
        ),
    )
    return audience
