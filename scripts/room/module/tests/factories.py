"""What tests of this room, and of those below it, begin with; made through the actions."""

from collections.abc import Callable
from itertools import count
from typing import Unpack

from firmament.kernel.tenancy.actor import Actor
from firmament.modules.clients.models import Client
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.sample_things.actions import (
    SampleThingFields,
    create_sample_thing,
    finish_sample_thing,
)
from firmament.modules.sample_things.models import SampleThing

_serial = count(1)


def make_sample_thing(
    actor: Actor, client: Client | None = None, *, done: bool = False, **fields: Unpack[SampleThingFields]
) -> SampleThing:
    """An open one for Carla's Bakery, unless told otherwise."""
    given: SampleThingFields = {"title": f"Sample thing {next(_serial)}", **fields}
    sample_thing = create_sample_thing(actor, (client or carlas_bakery()).pk, **given)
    if done:
        finish_sample_thing(actor, sample_thing)
    return sample_thing


def _client(actor: Actor) -> dict[str, object]:
    return {"pk": carlas_bakery().pk}


def _sample_thing(actor: Actor) -> dict[str, object]:
    return {"pk": make_sample_thing(actor).pk}


def _done(actor: Actor) -> dict[str, object]:
    return {"pk": make_sample_thing(actor, done=True).pk}


EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "sample_things:sample_thing_create": _client,
    "sample_things:sample_thing": _sample_thing,
    "sample_things:sample_thing_edit": _sample_thing,
    "sample_things:sample_thing_finish": _sample_thing,
    "sample_things:sample_thing_reopen": _done,
}

API_EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {"/sample_things/": _sample_thing}
