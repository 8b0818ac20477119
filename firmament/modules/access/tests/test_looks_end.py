"""When looking as somebody else ends: at its time, with a right that is gone, by signing out."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from firmament.kernel.identity.actions import deactivate_membership
from firmament.kernel.identity.models import Look
from firmament.kernel.policies.actions import assign_role, revoke_portal, revoke_role
from firmament.kernel.policies.models import PortalGrant, Role
from firmament.kernel.policies.roles import change_role, copy_role
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.testing.fixtures import browser_of
from firmament.lib.ids import uuid7
from firmament.lib.instant import at, now
from firmament.modules.access.tests.looks import as_bob, as_carla, member


def test_a_right_that_is_taken_away_ends_it_at_the_very_next_page(ada, ada_browser):
    as_bob(ada_browser)
    assert ada_browser.get("/w/acme/clients/").status_code == 200
    helper = Role.objects.get(code="firm_admin")
    assign_role(ada, member("alice"), helper)
    revoke_role(Actor.of_staff(member("alice")), member("ada"), helper)

    answer = ada_browser.get("/w/acme/clients/")

    assert (answer.status_code, answer["Location"]) == (303, "/w/acme/")
    assert Look.objects.get().how == Look.How.REVOKED


def test_it_ends_with_the_persons_own_access(ada, alice, carla, ada_browser):
    as_bob(ada_browser)
    deactivate_membership(ada, member("bob"), reassign_to=None)
    assert ada_browser.get("/w/acme/clients/").status_code == 303

    as_carla(ada_browser, carla)
    revoke_portal(alice, PortalGrant.objects.get(user_id=carla.user_id))
    assert ada_browser.get("/portal/acme/home/").status_code == 303

    assert {one.how for one in Look.objects.all()} == {Look.How.GONE}
    assert ada_browser.get("/w/acme/clients/").status_code == 200


def test_it_ends_when_they_may_do_more_than_the_looker_now(ada, alice, ada_browser):
    as_bob(ada_browser)
    role = copy_role(ada, Role.objects.get(code="partner"), name="Almost all")
    assign_role(ada, member("bob"), role)
    lacking = copy_role(ada, Role.objects.get(code="read_only"), name="Looks only")
    change_role(
        ada, lacking, name="Looks only", clearance="restricted", powers={"identity.see_as", "clients.view"}
    )
    assign_role(ada, member("ada"), lacking)
    assign_role(ada, member("alice"), Role.objects.get(code="firm_admin"))
    revoke_role(Actor.of_staff(member("alice")), member("ada"), Role.objects.get(code="firm_admin"))

    assert ada_browser.get("/w/acme/clients/").status_code == 303

    assert Look.objects.get().how == Look.How.MORE


def test_half_an_hour_is_the_end_of_it(ada_browser):
    as_bob(ada_browser)

    with at(now() + timedelta(minutes=30)):
        answer = ada_browser.get("/w/acme/clients/")
        said = ada_browser.get("/w/acme/clients/").content.decode()

    assert answer.status_code == 303
    assert Look.objects.get().how == Look.How.TIME
    assert "Half an hour is over" in said
    with pytest.raises(IntegrityError), transaction.atomic():
        Look.objects.create(
            looker=member("ada"),
            member=member("bob"),
            person=member("bob").user,
            reason="Long",
            session_id=uuid7(),
            begun_at=now(),
            ends_at=now() + timedelta(minutes=31),
        )
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        Look.objects.update(reason="Another")


def test_signing_out_ends_it_and_other_browsers_are_as_they_were(ada_browser):
    other = browser_of("ada@acme.example")
    as_bob(ada_browser)

    assert "notice-bar" not in other.get("/w/acme/access/roles/").content.decode()
    ada_browser.post("/accounts/logout/")

    assert Look.objects.get().how == Look.How.SIGN_OUT
    assert ada_browser.get("/w/acme/clients/").status_code == 302
