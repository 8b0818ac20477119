"""Reading the audit trail leaves a trace in it."""

from datetime import timedelta

from firmament.kernel.ledger.models import Entry
from firmament.kernel.ledger.payload import split
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import now
from firmament.modules.audit.events import TrailRead
from firmament.modules.audit.policies import Can

SAME_READING = timedelta(minutes=5)


def note_reading(actor: Actor, event: TrailRead) -> None:
    """Write down that the trail was read.

    Paging on, or coming back within five minutes with the same question, is the same reading: without this the trail
    would soon hold little but its own readers. What was searched for as text is always written down.
    """
    require(actor, Can.VIEW)
    if not event.text:
        before = (
            Entry.objects.filter(user_id=actor.user_id, code=event.code, occurred_at__gt=now() - SAME_READING)
            .order_by("-occurred_at", "-pk")
            .values_list("payload", flat=True)
            .first()
        )
        if before == split(event)[0]:
            return
    record(actor, event)
