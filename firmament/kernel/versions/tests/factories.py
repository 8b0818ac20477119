"""Things with versions, for the tests of what stands on them."""

from itertools import count
from typing import Any
from uuid import UUID

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.testing.things.models import Pact, PactVersion, Thing, ThingVersion
from firmament.kernel.versions.actions import add_version

_serial = count(1)


def make_thing(actor: Actor, *texts: str, client_id: UUID | None = None) -> Thing:
    """A thing with one version for each text."""
    thing: Thing = Thing.objects.create(name=f"Thing {next(_serial)}", client_id=client_id)
    for text in texts:
        write(actor, thing, text)
    return thing


def make_pact(actor: Actor, *texts: str) -> Pact:
    """A pact with one version for each text; two people approve it."""
    pact: Pact = Pact.objects.create(name=f"Pact {next(_serial)}")
    for text in texts:
        write(actor, pact, text)
    return pact


def write(actor: Actor, subject: Thing | Pact, text: str, **further: Any) -> Any:
    """The next version of a thing or a pact."""
    model: Any = PactVersion if isinstance(subject, Pact) else ThingVersion
    return add_version(actor, subject, model, content={"text": text}, **further)
