"""Since when somebody sees a thing: from the last thing that had to be true, by the first path that was."""

from datetime import timedelta

from firmament.kernel.policies.actions import assign_role, revoke_role
from firmament.kernel.policies.audience import audience_of
from firmament.kernel.policies.models import PortalGrant, Role
from firmament.lib.instant import at, now
from firmament.modules.clients.tests.factories import carlas_bakery, make_client
from firmament.modules.firms.tests.factories import make_member


def seers(thing):
    return {seer.actor.name: seer.since for seer in audience_of("clients.view", thing).seers}


def test_it_begins_with_the_role_but_not_before_the_thing_is_there(ada, alice):
    client = make_client(alice)
    late = now() + timedelta(days=3)
    with at(late):
        member = make_member(role="read_only", name="Late Lena")
        later = Role.objects.get(code="manager")
    with at(late + timedelta(days=1)):
        assign_role(ada, member, later)

    found = seers(client)
    assert found["Alice Partner"] == client.created_at
    assert found["Late Lena"] == late

    with at(late + timedelta(days=2)):
        revoke_role(ada, member, Role.objects.get(code="read_only"))
        assert seers(client)["Late Lena"] == late + timedelta(days=1)


def test_a_person_of_a_client_sees_it_since_their_grant(alice, carla):
    client = carlas_bakery()
    grant = PortalGrant.objects.get(client_id=client.pk, user_id=carla.user_id)

    assert seers(client)[carla.name] == max(grant.created_at, client.created_at)
