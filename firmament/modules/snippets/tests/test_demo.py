from firmament.kernel.approvals.waiting import pending_for
from firmament.kernel.labels.models import Folder
from firmament.kernel.tenancy.models import Membership
from firmament.modules.clients import demo as clients_demo
from firmament.modules.clients.models import Client
from firmament.modules.clients.tests.test_demo import People
from firmament.modules.snippets import demo
from firmament.modules.snippets.models import Snippet
from firmament.modules.snippets.tests.factories import thanks


def test_the_demo_firm_has_a_library_with_every_state(ada, alice, bob):
    Client.objects.exclude(reference="").update(reference="")
    Snippet.objects.filter(pk=thanks().pk).update(shortcut="thx", folder=None)
    Folder.objects.all().delete()
    members = list(Membership.objects.select_related("user"))
    people = People(partner=ada, manager=alice, staff=bob, members=members, scale=20)
    clients_demo.load(people)

    demo.load(people)

    states = set(Snippet.objects.values_list("state", flat=True))
    assert states == {"active", "deprecated", "archived"}
    assert [waiting.name for waiting in pending_for(ada)] == ["Change of fees"]
