"""Invitations: shown by the link, spent by the POST, once."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from firmament.kernel.identity.acceptance import look_up
from firmament.kernel.identity.actions import invite, resend_invitation, revoke_invitation
from firmament.kernel.identity.models import Invitation, User
from firmament.kernel.identity.tests.factories import (
    PASSWORD,
    expire,
    link_of,
    make_client_invitation,
    make_staff_invitation,
    make_user,
)
from firmament.kernel.messages.models import CaughtMail, Delivery
from firmament.kernel.policies.decide import Denied
from firmament.kernel.policies.models import PortalGrant, RoleAssignment
from firmament.kernel.tenancy.models import FirmAccess, Membership, TokenLookup
from firmament.lib.ids import uuid7

PROMISE = {"name": "Nora New", "password": "a long walk home at dusk"}


def test_the_mail_carries_the_link_and_no_table_does(alice, settings, run_jobs):
    settings.MAIL = "local"
    settings.PUBLIC_URL = "https://desk.example.com"

    invitation = make_staff_invitation(alice)
    run_jobs()

    link = "https://desk.example.com" + link_of(invitation)
    [mail] = CaughtMail.objects.filter(recipient__contains="nora@acme.example")
    [delivery] = Delivery.objects.all()
    token = link.split("/")[-2]
    assert link in mail.text
    assert token not in f"{delivery.context} {delivery.text} {delivery.html}"
    assert not Invitation.objects.filter(token_hash=token).exists()


def test_opening_the_link_spends_nothing(alice):
    invitation = make_staff_invitation(alice)
    browser = Client()

    answers = [
        browser.get(link_of(invitation)),
        browser.head(link_of(invitation)),
        browser.get(link_of(invitation)),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].headers["Referrer-Policy"] == "strict-origin"
    assert "no-store" in answers[0].headers["Cache-Control"]
    invitation.refresh_from_db()
    assert invitation.is_pending


def test_setting_a_password_spends_it_and_lets_the_person_in(alice, ledger):
    invitation = make_staff_invitation(alice)
    browser = Client()

    answer = browser.post(link_of(invitation), PROMISE)

    user = User.objects.get(email="nora@acme.example")
    membership = Membership.objects.get(user=user)
    assert (answer.status_code, answer.url) == (302, "/w/acme/")
    assert int(browser.session["_auth_user_id"].replace("-", ""), 16) == user.pk.int
    assert user.check_password(PROMISE["password"])
    assert user.name == "Nora New"
    assert [a.role.code for a in RoleAssignment.objects.filter(membership=membership)] == ["staff"]
    assert FirmAccess.objects.filter(user=user, domain="staff").exists()
    assert [code for code in ledger.codes() if code.startswith("identity.")] == [
        "identity.invitation_sent",
        "identity.member_joined",
        "identity.invitation_accepted",
        "identity.signed_in",
    ]


def test_a_client_comes_into_the_portal_with_the_scopes_that_were_offered(alice):
    invitation = make_client_invitation(alice)

    answer = Client().post(link_of(invitation), {**PROMISE, "name": "Carl"})

    user = User.objects.get(email="carl@client.example")
    [grant] = PortalGrant.objects.filter(user=user)
    assert answer.url == "/portal/acme/"
    assert (grant.client_id, grant.scopes) == (invitation.client_id, ["documents.list", "documents.upload"])
    assert not Membership.objects.filter(user=user).exists()


def test_a_spent_link_is_refused_kindly_and_changes_nothing(alice):
    invitation = make_staff_invitation(alice)
    Client().post(link_of(invitation), PROMISE)

    again = Client().post(link_of(invitation), {"name": "Eve", "password": "another long walk home"})

    assert again.status_code == 410
    assert b"has been used" in again.content
    assert User.objects.get(email="nora@acme.example").name == "Nora New"
    assert Membership.objects.filter(user__email="nora@acme.example").count() == 1


@pytest.mark.parametrize(
    ("end", "words", "status"),
    [
        (lambda actor, invitation: expire(invitation), b"has expired", 410),
        (revoke_invitation, b"was taken back", 410),
        (resend_invitation, b"newer link", 410),
        (lambda actor, invitation: TokenLookup.objects.all().delete(), b"leads nowhere", 404),
    ],
)
def test_a_link_that_has_ended_says_how_and_lets_nobody_in(alice, end, words, status):
    invitation = make_staff_invitation(alice)
    link = link_of(invitation)
    end(alice, invitation)

    shown, posted = Client().get(link), Client().post(link, PROMISE)

    assert (shown.status_code, posted.status_code) == (status, status)
    assert words in shown.content
    assert not User.objects.filter(email="nora@acme.example").exists()


def test_a_resent_invitation_works_by_its_new_link(alice):
    invitation = make_staff_invitation(alice)

    resend_invitation(alice, invitation)

    assert Client().post(link_of(invitation), PROMISE).status_code == 302


def test_inviting_the_same_address_again_makes_the_invitation_anew(alice, run_jobs):
    make_staff_invitation(alice)

    second = make_staff_invitation(alice, role_codes=["manager"])

    [only] = Invitation.objects.all()
    assert (only.pk, only.generation, only.role_codes) == (second.pk, 2, ["manager"])
    run_jobs()
    assert Delivery.objects.count() == 1


def test_a_weak_password_is_refused_and_spends_nothing(alice):
    invitation = make_staff_invitation(alice)

    answer = Client().post(link_of(invitation), {"name": "Nora", "password": "password1"})

    assert answer.status_code == 422
    invitation.refresh_from_db()
    assert invitation.is_pending
    assert not User.objects.filter(email="nora@acme.example").exists()


def test_somebody_with_an_account_signs_in_instead_of_setting_a_password(alice):
    user = make_user("nora@acme.example", "Nora")
    invitation = make_staff_invitation(alice)
    browser = Client()

    shown = browser.get(link_of(invitation))
    stolen = Client().post(link_of(invitation), {"name": "Eve", "password": "a new password here"})
    browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    before = browser.session.session_key
    accepted = browser.post("/accounts/invitation/")

    assert b"Sign in" in shown.content
    assert b'name="password"' not in shown.content
    assert stolen.status_code == 200
    assert accepted.url == "/w/acme/"
    assert browser.session.session_key != before
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert Membership.objects.filter(user=user).exists()


def test_somebody_else_who_is_signed_in_cannot_take_the_place(alice, bob_browser):
    make_user("nora@acme.example", "Nora")
    invitation = make_staff_invitation(alice)

    bob_browser.post(link_of(invitation))

    invitation.refresh_from_db()
    assert invitation.is_pending


def test_a_member_cannot_become_a_client_of_the_same_firm(alice):
    with pytest.raises(ValidationError):
        make_client_invitation(alice, email="bob@acme.example")

    assert not Invitation.objects.exists()


def test_a_client_who_was_invited_to_work_here_is_refused_and_keeps_the_portal(alice):
    user = make_user("nora@acme.example")
    staff = make_staff_invitation(alice)
    portal = make_client_invitation(alice, email=user.email)
    browser = Client()
    browser.force_login(user)
    browser.post(link_of(portal))

    refused = browser.post(link_of(staff))

    assert refused.status_code == 409
    staff.refresh_from_db()
    assert staff.is_pending
    assert not Membership.objects.filter(user=user).exists()


def test_staff_with_little_power_invite_nobody(bob):
    with pytest.raises(Denied):
        make_staff_invitation(bob)
    with pytest.raises(Denied):
        make_client_invitation(bob)

    assert not Invitation.objects.exists()


def test_nobody_offers_a_role_that_holds_more_than_they_do(alice):
    with pytest.raises(Denied):
        make_staff_invitation(alice, role_codes=["firm_admin"])

    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    "details",
    [
        {"email": "not an address"},
        {"role_codes": []},
        {"role_codes": ["emperor"]},
        {"name": ""},
        {"domain": "client", "role_codes": [], "client_id": uuid7(), "scopes": ["everything"]},
    ],
)
def test_an_offer_that_makes_no_sense_is_refused(ada, details):
    with pytest.raises(ValidationError):
        invite(
            ada,
            **{"email": "x@acme.example", "name": "X", "domain": "staff", "role_codes": ["staff"], **details},
        )

    assert not Invitation.objects.exists()


def test_revoking_twice_is_one_line_in_the_ledger(alice, ledger):
    invitation = make_staff_invitation(alice)

    revoke_invitation(alice, invitation)
    revoke_invitation(alice, invitation)

    assert ledger.codes() == ["identity.invitation_sent", "identity.invitation_revoked"]


def test_a_link_of_another_firm_leads_to_that_firm_alone(alice, acme, gina, globex, in_firm):
    with in_firm(globex):
        theirs = make_staff_invitation(gina)

    offer = look_up(theirs.token_hash)

    assert offer.firm == globex
    assert not Invitation.objects.filter(pk=theirs.pk).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["x", "a" * 5000, "%00", "😀", "../../etc/passwd", "'; drop table--"])
def test_a_made_up_link_leads_nowhere(token):
    answer = Client().get(f"/accounts/invitation/{token}/")

    assert answer.status_code == 404
