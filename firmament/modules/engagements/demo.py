"""This room's part of the demo firm: the work agreed with each client."""

from datetime import timedelta
from random import Random

from firmament.kernel.jobs.inline import drain
from firmament.kernel.tenancy.demo import DemoFirm
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import at, now
from firmament.modules.clients.public import ClientCard, find_clients
from firmament.modules.engagements.actions import (
    complete_engagement,
    create_engagement,
    pause_engagement,
    start_engagement,
)

SERVICES = (
    ("Yearly accounts", "Accounting"),
    ("Payroll", "Payroll"),
    ("Tax return", "Tax"),
    ("Monthly bookkeeping", "Accounting"),
    ("Voluntary audit", "Audit"),
)
# The number in the first client's reference.
FIRST = 1001


def load(people: DemoFirm) -> None:
    """One or two engagements for every client that is not archived, the evening it was taken on."""
    dice = Random(20250201 + people.scale)
    clients = find_clients(people.manager, limit=people.scale * 2)
    for client in sorted(clients, key=lambda card: card.reference):
        number = int(client.reference.partition("-")[2]) - FIRST
        day = 90 - number * 60 // people.scale
        with at(people.moment(day, 17, number % 60)):
            _work(people, client, number, dice)
            drain()


def _work(people: DemoFirm, client: ClientCard, number: int, dice: Random) -> None:
    """Most run, some wait, some are done, a few are still drafts."""
    members = Membership.objects.select_related("user")
    lead = members.get(pk=client.owner_id) if client.owner_id else None
    for title, line in dice.sample(SERVICES, 1 + number % 2):
        begins = now().date() + timedelta(days=dice.randint(1, 10))
        engagement = create_engagement(
            people.manager,
            client.id,
            title=f"{title} {begins.year}",
            service_line=line,
            lead=lead,
            starts_on=begins,
            ends_on=begins + timedelta(days=dice.choice((60, 90, 120, 365))),
        )
        if number % 9 == 8:
            continue
        start_engagement(people.manager, engagement)
        if number % 13 == 7:
            complete_engagement(people.manager, engagement)
        elif number % 17 == 5:
            pause_engagement(people.manager, engagement, reason="The client is waiting for the bank")
