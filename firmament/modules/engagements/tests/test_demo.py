from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import now
from firmament.modules.clients import demo as clients_demo
from firmament.modules.clients.models import Client
from firmament.modules.clients.tests.test_demo import People
from firmament.modules.engagements import demo
from firmament.modules.engagements.models import Engagement


def test_the_demo_firm_has_work_in_every_state_for_whoever_is_not_archived(alice):
    Client.objects.exclude(reference="").update(reference="", state="archived", archived_at=now())
    members = list(Membership.objects.select_related("user").exclude(user__email="ada@acme.example"))
    people = People(partner=alice, manager=alice, members=members, scale=40)
    clients_demo.load(people)

    demo.load(people)

    made = Engagement.objects.filter(client__reference__startswith="C-").select_related("client")
    assert {"draft", "active", "paused", "completed"} == {engagement.state for engagement in made}
    assert {engagement.client_id for engagement in made} == set(
        Client.objects.exclude(state="archived").values_list("pk", flat=True)
    )
    assert all(engagement.created_at > engagement.client.created_at for engagement in made)
    assert max(engagement.created_at for engagement in made) < now()
