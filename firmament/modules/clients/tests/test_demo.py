from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import now
from firmament.modules.clients import demo
from firmament.modules.clients.models import Client, Contact


@dataclass
class People:
    partner: Actor
    manager: Actor
    members: list[Membership]
    scale: int
    slug: str = "acme"
    staff: Actor | None = None
    start: datetime = field(default_factory=now)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    @property
    def today(self):
        return self.start.date()

    def moment(self, days_ago, hour=9, minute=0):
        return self.start.replace(hour=hour, minute=minute) - timedelta(days=days_ago)


def test_the_demo_firm_has_clients_of_every_kind_and_the_same_each_time(alice):
    before = Client.objects.count()
    members = list(Membership.objects.select_related("user").exclude(user__email="ada@acme.example"))

    demo.load(People(partner=alice, manager=alice, members=members, scale=40))

    made = Client.objects.order_by("created_at")[before:]
    assert len(made) == 40
    assert {"archived", "inactive", "active"} == {client.state for client in made}
    assert {"organisation", "person"} == {client.kind for client in made}
    assert Contact.objects.filter(user__isnull=False).count() > 10
    assert max(client.created_at for client in made) < now()
    assert made[0].name == "Lorenz Hotel"
