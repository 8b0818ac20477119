"""What people do with sample things."""

from datetime import date
from typing import TypedDict, Unpack
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from firmament.kernel.ledger.changes import apply_changes
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import now
from firmament.modules.clients.public import refuse_archived
from firmament.modules.sample_things.events import (
    SampleThingChanged,
    SampleThingCreated,
    SampleThingFinished,
    SampleThingFoundLate,
    SampleThingReopened,
)
from firmament.modules.sample_things.models import SampleThing
from firmament.modules.sample_things.policies import Can

State = SampleThing.State


class SampleThingFields(TypedDict, total=False):
    """What people write about a sample thing; what is left out stays as it is."""

    title: str
    note: str
    due_on: date | None


def create_sample_thing(actor: Actor, client_id: UUID, **fields: Unpack[SampleThingFields]) -> SampleThing:
    """Add a sample thing for a client. Raises ValidationError by field."""
    sample_thing = SampleThing(client_id=client_id)
    require(actor, Can.CREATE, sample_thing)
    refuse_archived(client_id)
    apply_changes(sample_thing, {"title": "", **fields})
    sample_thing.save(force_insert=True)
    record(actor, SampleThingCreated(**_about(sample_thing)))
    return sample_thing


def edit_sample_thing(actor: Actor, sample_thing: SampleThing, **fields: Unpack[SampleThingFields]) -> None:
    """Change what is written about it. One that is done is read-only: ValidationError."""
    require(actor, Can.EDIT, sample_thing)
    if sample_thing.is_done:
        raise ValidationError(_("This is done. Reopen it to change it."), code="done")
    due_before = sample_thing.due_on
    changes = apply_changes(sample_thing, fields)
    if not changes:
        return
    if sample_thing.due_on != due_before:
        sample_thing.found_late_at = None
    sample_thing.save(update_fields=[*fields, "found_late_at", "updated_at"])
    record(actor, SampleThingChanged(changes=changes, **_about(sample_thing)))


def finish_sample_thing(actor: Actor, sample_thing: SampleThing) -> None:
    """open → done."""
    require(actor, Can.EDIT, sample_thing)
    # Two people may press at once; the second hears that it is late.
    _move(sample_thing, State.OPEN, state=State.DONE, done_at=now())
    record(actor, SampleThingFinished(**_about(sample_thing)))


def reopen_sample_thing(actor: Actor, sample_thing: SampleThing) -> None:
    """done → open: it was finished by mistake, or there is more to do."""
    require(actor, Can.EDIT, sample_thing)
    refuse_archived(sample_thing.client_id)
    _move(sample_thing, State.DONE, state=State.OPEN, done_at=None)
    record(actor, SampleThingReopened(**_about(sample_thing)))


def find_late(actor: Actor, sample_thing: SampleThing) -> None:
    """Write down, once for each day it was promised for, that the day has passed."""
    require(actor, Can.EDIT, sample_thing)
    found = SampleThing.objects.open().filter(pk=sample_thing.pk, found_late_at__isnull=True)
    if found.update(found_late_at=now()):
        record(actor, SampleThingFoundLate(**_about(sample_thing)))


def delete_with_client(client_id: UUID) -> None:
    """Delete a client's sample things in the transaction in which the client is purged.

    Who may purge was asked there, and the one line in the ledger is the client's.
    """
    SampleThing.objects.filter(client_id=client_id).delete()


class _About(TypedDict):
    client_id: UUID
    sample_thing_id: UUID
    title: str


def _about(sample_thing: SampleThing) -> _About:
    return {
        "client_id": sample_thing.client_id,
        "sample_thing_id": sample_thing.pk,
        "title": sample_thing.title,
    }


def _move(sample_thing: SampleThing, before: str, **after: object) -> None:
    if not SampleThing.objects.filter(pk=sample_thing.pk, state=before).update(**after):
        raise ValidationError(
            _("Somebody was faster: it is in another state by now. Look again before you go on."),
            code="state",
        )
    sample_thing.refresh_from_db()
