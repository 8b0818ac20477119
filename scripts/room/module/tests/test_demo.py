"""The demo firm has sample things, done, open and late."""

from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import now, today
from firmament.modules.clients import demo as clients_demo
from firmament.modules.clients.models import Client
from firmament.modules.clients.tests.test_demo import People
from firmament.modules.sample_things import demo
from firmament.modules.sample_things.models import SampleThing


def test_some_are_done_some_are_open_and_some_are_late(alice):
    Client.objects.exclude(reference="").update(reference="", state="archived", archived_at=now())
    members = list(Membership.objects.select_related("user").exclude(user__email="ada@acme.example"))
    people = People(partner=alice, manager=alice, members=members, scale=24)
    clients_demo.load(people)

    demo.load(people)

    assert {"open", "done"} == set(SampleThing.objects.values_list("state", flat=True))
    assert SampleThing.objects.overdue(on=today("Europe/Berlin")).exists()
    assert max(SampleThing.objects.values_list("created_at", flat=True)) < now()
