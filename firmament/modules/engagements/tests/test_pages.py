import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils.module_loading import import_string

from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.tenancy.models import Membership
from firmament.modules.clients.actions.archive import archive_client
from firmament.modules.clients.models import Client
from firmament.modules.clients.public import recent_changes
from firmament.modules.clients.tests.factories import make_client, make_contact
from firmament.modules.engagements.actions import complete_engagement
from firmament.modules.engagements.models import Engagement
from firmament.modules.engagements.tests.factories import make_engagement

HOME = "/w/acme/clients/"
WORK = "/w/acme/engagements/"


def text(response):
    return response.content.decode()


def member(actor):
    return Membership.objects.get(pk=actor.membership_id)


def test_an_engagement_is_drafted_started_and_paused_for_a_reason(alice_browser, alice):
    client = make_client(alice)
    made = alice_browser.post(f"{WORK}new/{client.pk}/", {"title": "Accounts 2026"})
    engagement = Engagement.objects.get(title="Accounts 2026")
    here = f"{WORK}{engagement.pk}/"

    alice_browser.post(here + "set/start/")
    without = alice_browser.post(here + "set/pause/", {"pause-reason": " "})
    alice_browser.post(here + "set/pause/", {"pause-reason": "Waiting for the bank"})
    page = text(alice_browser.get(here))

    assert made["Location"] == here
    assert without.status_code == 422
    assert "Waiting for the bank" in page
    assert Engagement.objects.get(pk=engagement.pk).state == "paused"


def test_a_second_click_hears_that_it_is_late(alice_browser, alice):
    engagement = make_engagement(alice, make_client(alice))
    complete_engagement(alice, engagement)

    answer = alice_browser.post(f"{WORK}{engagement.pk}/set/complete/", follow=True)

    assert "in another state by now" in text(answer)


def test_the_timeline_keeps_quiet_about_a_walled_engagement(alice, bob, bob_browser):
    client = make_client(alice)
    make_engagement(alice, client, title="Open work")
    hidden = make_engagement(alice, client, title="Hidden work")
    raise_wall(alice, membership=member(bob), engagement_id=hidden.pk, reason="Conflict")

    pages = text(bob_browser.get(f"{HOME}{client.pk}/")) + text(
        bob_browser.get(f"{HOME}{client.pk}/activity/")
    )

    assert "Open work" in pages
    assert "Hidden work" not in pages


def test_archiving_is_refused_with_words_on_the_page(alice_browser, alice):
    client = make_client(alice, name="Busy")
    make_engagement(alice, client)

    answer = alice_browser.post(f"{HOME}{client.pk}/set/archive/", follow=True)

    assert "Complete or cancel them first" in text(answer)
    with pytest.raises(ValidationError):
        archive_client(alice, client)


def test_many_are_archived_and_the_refused_are_said(alice_browser, alice):
    idle, busy = make_client(alice), make_client(alice, name="Busy bee")
    make_engagement(alice, busy)

    answer = alice_browser.post(
        HOME,
        {"bulk": "archive", "selected": [str(idle.pk), str(busy.pk)], "confirmed": "yes"},
        follow=True,
    )

    assert "1 client archived." in text(answer)
    assert "Busy bee" in text(answer)
    assert Client.objects.get(pk=idle.pk).state == "archived"
    assert Client.objects.get(pk=busy.pk).state == "active"


def test_the_client_page_costs_the_same_however_much_hangs_on_it(alice_browser, alice, queries):
    client = make_client(alice)
    make_contact(alice, client)
    make_engagement(alice, client)
    alice_browser.get(f"{HOME}{client.pk}/")
    with queries() as little:
        alice_browser.get(f"{HOME}{client.pk}/")
    for _ in range(10):
        make_contact(alice, client)
        make_engagement(alice, client)

    with queries() as much:
        alice_browser.get(f"{HOME}{client.pk}/")

    assert much.count == little.count <= 18, much.statements


def test_a_client_with_running_work_is_not_archived(alice):
    client = make_client(alice)
    make_engagement(alice, client)

    with pytest.raises(ValidationError):
        archive_client(alice, client)

    assert Client.objects.get(pk=client.pk).state == Client.State.ACTIVE


def test_what_happened_lately_names_its_client_and_keeps_quiet_about_what_is_walled(alice, bob):
    hidden, shown = make_client(alice, name="Hidden Ltd"), make_client(alice, name="Shown Ltd")
    make_contact(alice, shown, name="Ann")
    walled_work = make_engagement(alice, shown, title="Walled work")
    for place in ({"client_id": hidden.pk}, {"engagement_id": walled_work.pk}):
        raise_wall(alice, membership=Membership.objects.get(pk=bob.membership_id), reason="Conflict", **place)

    sentences = [row.sentence for row in recent_changes(bob, limit=5)]

    assert "added the client Shown Ltd" in sentences
    assert "added the contact Ann · Shown Ltd" in sentences
    assert not any("Hidden" in sentence or "Walled" in sentence for sentence in sentences)
    assert any("Walled work" in row.sentence for row in recent_changes(alice, limit=20))


def test_what_walls_may_stand_before_is_found_by_name(alice, bob):
    client = make_client(alice, name="Quay Ltd")
    work = make_engagement(alice, client, title="Quay audit")

    found = {
        place.rpartition(".")[2]: [card.id for card in import_string(place)(bob, "quay", limit=5)]
        for room in ("clients", "engagements")
        for _label, place in apps.get_app_config(room).explainable
    }

    assert found == {"find_clients": [client.pk], "find_engagements": [work.pk]}
