from datetime import timedelta

from firmament.kernel.identity.actions import deactivate_membership
from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.policies.models import Wall
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import at, now
from firmament.modules.clients.actions.archive import bin_client
from firmament.modules.clients.jobs import empty_bin
from firmament.modules.clients.models import Client
from firmament.modules.clients.tests.factories import make_client
from firmament.modules.documents.tests.factories import make_request
from firmament.modules.engagements.models import Engagement
from firmament.modules.engagements.tests.factories import make_engagement


def member(actor):
    return Membership.objects.select_related("user").get(pk=actor.membership_id)


def test_what_somebody_led_follows_to_whoever_takes_over(ada, alice, bob, run_jobs):
    engagement = make_engagement(alice, make_client(alice), lead=member(bob))

    deactivate_membership(ada, member(bob), reassign_to=member(alice))
    run_jobs()

    assert Engagement.objects.get(pk=engagement.pk).lead_id == alice.membership_id


def test_without_an_heir_nobody_leads(ada, alice, bob, run_jobs):
    engagement = make_engagement(alice, make_client(alice), lead=member(bob))

    deactivate_membership(ada, member(bob))
    run_jobs()

    assert Engagement.objects.get(pk=engagement.pk).lead_id is None


def test_with_a_client_its_engagements_and_their_walls_are_deleted_for_good(alice, bob):
    client = make_client(alice)
    engagement = make_engagement(alice, client)
    raise_wall(alice, membership=member(bob), engagement_id=engagement.pk, reason="Conflict")
    bin_client(alice, client)

    with at(now() + timedelta(days=30)):
        empty_bin()

    assert not Client.objects.filter(pk=client.pk).exists()
    assert not Engagement.objects.filter(pk=engagement.pk).exists()
    assert not Wall.objects.filter(engagement_id=engagement.pk).exists()


def test_what_another_room_keeps_holds_the_client_and_its_engagements_back(alice):
    client = make_client(alice)
    engagement = make_engagement(alice, client)
    make_request(alice, client=client)
    bin_client(alice, client)

    with at(now() + timedelta(days=30)):
        empty_bin()

    assert Client.objects.filter(pk=client.pk).exists()
    assert Engagement.objects.filter(pk=engagement.pk).exists()
