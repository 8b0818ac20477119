"""One request, one firm, one transaction."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.models import Firm

pytestmark = pytest.mark.urls("firmament.kernel.web.tests.addresses")


def test_a_stranger_and_a_missing_firm_look_alike(gina_browser):
    foreign = gina_browser.get("/w/acme/trial/teams/")
    missing = gina_browser.get("/w/nowhere/trial/teams/")

    assert foreign.status_code == missing.status_code == 404
    assert foreign.content.replace(b"acme", b"") == missing.content.replace(b"nowhere", b"") or len(
        foreign.content
    ) == len(missing.content)


def test_somebody_unknown_is_sent_to_sign_in_and_back():
    answer = Client().get("/w/acme/trial/teams/?page=2")

    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=%2Fw%2Facme%2Ftrial%2Fteams%2F%3Fpage%3D2"


def test_a_member_sees_their_own_firm(alice_browser, acme):
    Team.objects.create(name="Audit")

    assert alice_browser.get("/w/acme/trial/teams/").content == b"Audit"


def test_a_get_cannot_write(alice_browser):
    alice_browser.raise_request_exception = False

    assert alice_browser.get("/w/acme/trial/write/").status_code == 500
    assert not Team.objects.exists()


def test_a_post_is_kept(alice_browser):
    assert alice_browser.post("/w/acme/trial/write/").content == b"written"
    assert Team.objects.count() == 1


@pytest.mark.parametrize(("end", "status"), [("crash", 500), ("422", 422)])
def test_what_ended_badly_is_rolled_back(alice_browser, end, status):
    alice_browser.raise_request_exception = False

    assert alice_browser.post(f"/w/acme/trial/write/?end={end}").status_code == status
    assert not Team.objects.exists()


def test_a_redirect_keeps_what_was_written(alice_browser):
    alice_browser.post("/w/acme/trial/write/?end=redirect")

    assert Team.objects.count() == 1


def test_a_response_cannot_outlive_its_transaction(alice_browser):
    with pytest.raises(ImproperlyConfigured):
        alice_browser.post("/w/acme/trial/write/?end=stream")


def test_a_recorded_read_may_write_in_the_ledger(alice_browser, ledger):
    assert alice_browser.get("/w/acme/trial/peek/").content == b"seen"
    assert ledger.codes() == ["addresses.peeked"]


def test_a_crash_is_recorded_after_the_rollback(alice_browser, ledger):
    alice_browser.raise_request_exception = False
    alice_browser.post("/w/acme/trial/write/?end=crash")

    assert ledger.codes() == ["ledger.request_failed"]


def test_a_member_without_the_power_is_told_so(bob_browser, ledger):
    answer = bob_browser.get("/w/acme/trial/walls/")

    assert answer.status_code == 403
    assert b"<html" in answer.content


def test_the_refusal_of_a_sensitive_power_is_recorded_and_nothing_else_kept(bob_browser, ledger):
    answer = bob_browser.post("/w/acme/trial/denied/")

    assert answer.status_code == 403
    assert ledger.codes() == ["ledger.power_denied"]
    assert not Team.objects.exists()


def test_a_suspended_firm_can_be_read_and_not_changed(alice_browser, acme):
    Firm.objects.filter(pk=acme.pk).update(state="suspended")

    assert alice_browser.get("/w/acme/trial/teams/").status_code == 200
    assert alice_browser.post("/w/acme/trial/write/").status_code == 403
    assert not Team.objects.exists()


def test_a_canceled_firm_is_not_there(alice_browser, acme):
    Firm.objects.filter(pk=acme.pk).update(state="canceled")

    assert alice_browser.get("/w/acme/trial/teams/").status_code == 404


def test_staff_cannot_enter_through_the_portal(alice_browser):
    assert alice_browser.get("/portal/acme/trial/").status_code == 404


def test_a_view_that_declares_nothing_cannot_be_reached(alice_browser):
    with pytest.raises(ImproperlyConfigured):
        alice_browser.get("/w/acme/undeclared/")


def test_a_public_page_needs_nobody():
    assert Client().get("/p/trial/").content == b"public"


def test_a_fragment_for_somebody_unknown_leads_to_the_sign_in_page():
    answer = Client().get("/w/acme/trial/teams/", headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Redirect"]) == (401, "/accounts/login/")


def test_every_answer_carries_its_request_id_and_a_crafted_one_is_refused():
    given = Client().get("/p/trial/", headers={"X-Request-ID": "edge-0123456789"})
    crafted = Client().get("/p/trial/", headers={"X-Request-ID": "a\tb c<script>"})

    assert given["X-Request-ID"] == "edge-0123456789"
    assert len(crafted["X-Request-ID"]) == 32
