"""This room's part of the demo firm: three months of sample things, most of them done, some late."""

from datetime import timedelta
from random import Random

from firmament.kernel.jobs.inline import drain
from firmament.kernel.tenancy.demo import DemoFirm
from firmament.lib.instant import at, now
from firmament.modules.clients.public import find_clients
from firmament.modules.sample_things.actions import create_sample_thing, finish_sample_thing

TITLES = ("Yearly talk", "Letter to the bank", "Question about payroll", "Missing signature")


def load(people: DemoFirm) -> None:
    """One for every third client, on a day of the last three months."""
    dice = Random(20250401 + people.scale)
    clients = find_clients(people.manager, limit=people.scale)
    for client in sorted(clients, key=lambda card: card.reference)[::3]:
        days_ago = dice.randint(3, 90)
        with at(people.moment(days_ago, 10)):
            sample_thing = create_sample_thing(
                people.manager,
                client.id,
                title=dice.choice(TITLES),
                due_on=now().date() + timedelta(days=dice.randint(5, 20)),
            )
            drain()
        if dice.random() < 0.7:
            with at(people.moment(max(1, days_ago - dice.randint(1, 15)), 15)):
                finish_sample_thing(people.manager, sample_thing)
                drain()
