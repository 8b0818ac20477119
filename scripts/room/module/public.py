"""What other rooms may ask about sample things: ids in, frozen facts out; with an actor, only what that actor may see."""

from dataclasses import dataclass, fields
from uuid import UUID

from firmament.kernel.tenancy.actor import Actor
from firmament.modules.sample_things.actions import delete_with_client
from firmament.modules.sample_things.models import SampleThing
from firmament.modules.sample_things.reports import client_panel

__all__ = ["SampleThingCard", "client_panel", "delete_with_client", "visible_sample_thing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleThingCard:
    """A sample thing, as other rooms know it."""

    id: UUID
    client_id: UUID
    title: str
    state: str


def visible_sample_thing(actor: Actor, sample_thing_id: UUID) -> SampleThingCard | None:
    """One sample thing, if there is one that the actor may see."""
    rows = SampleThing.objects.visible_to(actor).filter(pk=sample_thing_id)
    found = rows.values(*(field.name for field in fields(SampleThingCard))).first()
    return None if found is None else SampleThingCard(**found)
