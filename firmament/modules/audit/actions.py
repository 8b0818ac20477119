"""Reading the audit trail leaves a trace in it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from firmament.kernel.ledger.models import Entry
from firmament.kernel.ledger.payload import split
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import now
from firmament.modules.audit.events import TrailRead
from firmament.modules.audit.policies import Can

SAME_READING = timedelta(minutes=5)


def readings_of(actor: Actor) -> "QuerySet[Entry]":
    """What the actor read of the trail lately, the newest first."""
    found: QuerySet[Entry] = Entry.objects.filter(
        user_id=actor.user_id, code=TrailRead.code, occurred_at__gt=now() - SAME_READING
    ).order_by("-occurred_at", "-pk")
    return found


def note_reading(actor: Actor, event: TrailRead, *, last: Mapping[str, Any] | None = None) -> None:
    """Write down that the trail was read.

    Paging on, or coming back within five minutes with the same question, is the same reading: without this the trail
    would soon hold little but its own readers. What was searched for as text is always written down.

    `last` is the payload of the newest of `readings_of`, where the page has it already; it is asked for otherwise.
    """
    require(actor, Can.VIEW)
    if not event.text:
        if last is None:
            last = readings_of(actor).values_list("payload", flat=True).first()
        if last == split(event)[0]:
            return
    record(actor, event)
