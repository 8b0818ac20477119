from datetime import timedelta

from firmament.kernel.labels.models import Folder
from firmament.kernel.macros.models import MacroRun
from firmament.kernel.tenancy.models import Membership
from firmament.modules.clients import demo as clients_demo
from firmament.modules.clients.models import Client
from firmament.modules.clients.tests.test_demo import People
from firmament.modules.insertions import demo
from firmament.modules.insertions.models import SnippetUse
from firmament.modules.snippets import demo as snippets_demo
from firmament.modules.snippets.models import Snippet
from firmament.modules.snippets.tests.factories import thanks


def test_the_demo_firm_used_its_library_on_working_days_and_more_and_more(ada, alice, bob):
    Client.objects.exclude(reference="").update(reference="")
    Snippet.objects.filter(pk=thanks().pk).update(shortcut="thx", folder=None)
    Folder.objects.all().delete()
    members = list(Membership.objects.select_related("user"))
    people = People(partner=ada, manager=alice, staff=bob, members=members, scale=20)
    clients_demo.load(people)

    snippets_demo.load(people)

    demo.load(people)

    uses = SnippetUse.objects.filter(through=None)
    days = [use.created_at.astimezone(people.zone).date() for use in uses]
    assert 30 <= len(days) <= 90
    assert {day.weekday() for day in days} <= {0, 1, 2, 3, 4}
    middle = people.today - timedelta(days=demo.DAYS // 2)
    assert sum(day > middle for day in days) > sum(day <= middle for day in days)
    assert not uses.filter(survived=None).exists()
    assert Snippet.objects.get(key="confidential").use_count == 0
    run = MacroRun.objects.get()
    assert uses.filter(snippet=run.source_id, client=run.client_id, created_at=run.ran_at).exists()
    assert run.ran_at.astimezone(people.zone).weekday() < 5
