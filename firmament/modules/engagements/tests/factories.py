"""What tests of this room, and of those below it, begin with; made through the actions."""

from collections.abc import Callable
from itertools import count
from typing import Unpack

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing.fixtures import staff_actor
from firmament.modules.clients.models import Client
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.engagements.actions import (
    EngagementFields,
    create_engagement,
    pause_engagement,
    start_engagement,
)
from firmament.modules.engagements.models import Engagement

_serial = count(1)


def make_engagement(
    actor: Actor, client: Client, *, started: bool = True, **fields: Unpack[EngagementFields]
) -> Engagement:
    """Agreed work, begun unless `started` says otherwise."""
    given: EngagementFields = {"title": f"Engagement {next(_serial)}", **fields}
    engagement = create_engagement(actor, client.pk, **given)
    if started:
        start_engagement(actor, engagement)
    return engagement


def furnish() -> None:
    """Work for Carla's Bakery, and for the one client of Globex."""
    with firm_transaction(Firm.objects.get(slug="acme").pk):
        alice = staff_actor("alice@acme.example")
        make_engagement(alice, carlas_bakery(), title="Yearly accounts", service_line="Accounting")
    with firm_transaction(Firm.objects.get(slug="globex").pk):
        gina = staff_actor("gina@globex.example")
        make_engagement(gina, Client.objects.get(reference="HOLD"), title="Audit", service_line="Audit")


def _client(actor: Actor) -> dict[str, object]:
    return {"pk": carlas_bakery().pk}


def _engagement(actor: Actor) -> dict[str, object]:
    return {"pk": Engagement.objects.get(client=carlas_bakery()).pk}


def _completing(actor: Actor) -> dict[str, object]:
    return {**_engagement(actor), "step": "complete"}


EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "engagements:engagement_create": _client,
    "engagements:engagement": _engagement,
    "engagements:engagement_edit": _engagement,
    "engagements:engagement_step": _completing,
    "engagements:engagement_discard": _engagement,
}

API_EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {"/engagements/": _engagement}


def _paused(actor: Actor) -> Engagement:
    engagement = make_engagement(actor, carlas_bakery())
    pause_engagement(actor, engagement, reason="Waiting for the bank")
    return engagement


def _running(actor: Actor) -> Engagement:
    return make_engagement(actor, carlas_bakery())


STEP_EXAMPLES: dict[str, Callable[[Actor], tuple[Engagement, dict[str, object]]]] = {
    "engagements.pause": lambda actor: (_running(actor), {"reason": "The books come in June"}),
    "engagements.resume": lambda actor: (_paused(actor), {}),
    "engagements.complete": lambda actor: (_running(actor), {}),
    "engagements.cancel": lambda actor: (_paused(actor), {"reason": "They went to somebody else"}),
    "engagements.assign_lead": lambda actor: (_running(actor), {"lead": "me"}),
}
