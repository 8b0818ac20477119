"""Members who leave, and programs that act for members."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from firmament.kernel.identity import tokens
from firmament.kernel.identity.actions import (
    deactivate_membership,
    issue_token,
    reactivate_membership,
    revoke_token,
)
from firmament.kernel.identity.models import ApiToken
from firmament.kernel.identity.people import actor_for
from firmament.kernel.identity.tokens import authenticate_token, find_token
from firmament.kernel.policies.decide import Denied
from firmament.kernel.tenancy.actor import Domain
from firmament.kernel.tenancy.models import FirmAccess, Membership, TokenLookup
from firmament.lib import instant
from firmament.lib.instant import now


@pytest.fixture(autouse=True)
def no_notes():
    tokens._noted.clear()


def member(key: str) -> Membership:
    return Membership.objects.select_related("user").get(user__email=f"{key}@acme.example")


def issue(actor, scopes=("clients.read",), expires_at=None):
    return issue_token(actor, name="Nightly export", scopes=scopes, expires_at=expires_at)


def ask(secret: str):
    found = find_token(f"Bearer {secret}")
    return authenticate_token(found) if found else None


def test_a_deactivated_member_is_out_at_once(ada, bob, ledger):
    membership = member("bob")
    _token, secret = issue(bob)

    deactivate_membership(ada, membership, reassign_to=member("alice"))

    assert actor_for(membership.user, "staff") is None
    assert not FirmAccess.objects.filter(user=membership.user, domain="staff").exists()
    assert ask(secret) is None
    assert ledger.codes()[-1] == "identity.membership_deactivated"
    assert ledger.entries()[-1].payload["reassign_to"] == str(member("alice").pk)


def test_a_deactivated_members_browser_finds_nothing(ada, bob_browser):
    deactivate_membership(ada, member("bob"))

    assert bob_browser.get("/w/acme/").status_code == 404


def test_deactivating_twice_is_one_line_in_the_ledger(ada, ledger):
    membership = member("bob")

    deactivate_membership(ada, membership)
    deactivate_membership(ada, membership)

    assert ledger.codes() == ["identity.membership_deactivated"]


def test_the_last_administrator_stays(ada, alice):
    with pytest.raises(ValidationError):
        deactivate_membership(ada, member("ada"))

    assert member("ada").state == Membership.State.ACTIVE


def test_a_partner_deactivates_nobody(alice):
    with pytest.raises(Denied):
        deactivate_membership(alice, member("bob"))

    assert member("bob").state == Membership.State.ACTIVE


def test_work_is_not_handed_to_somebody_who_left(ada):
    deactivate_membership(ada, member("alice"))

    with pytest.raises(ValidationError):
        deactivate_membership(ada, member("bob"), reassign_to=member("alice"))

    assert member("bob").state == Membership.State.ACTIVE


def test_a_reactivated_member_is_back_with_their_roles(ada):
    membership = member("bob")
    deactivate_membership(ada, membership)

    reactivate_membership(ada, membership)

    actor = actor_for(membership.user, "staff")
    assert actor is not None
    assert actor.roles == ("staff",)


def test_a_token_is_shown_once_and_stored_as_its_hash(alice, ledger):
    token, secret = issue(alice)

    assert secret.startswith("fmt_")
    assert len(secret) == 47
    assert token.token_hash == tokens.digest(secret)
    assert secret not in str(ApiToken.objects.filter(pk=token.pk).values())
    assert TokenLookup.objects.filter(pk=token.token_hash, kind="api").exists()
    assert ledger.codes() == ["identity.token_issued"]


def test_a_token_acts_for_its_maker_within_its_scopes(alice):
    token, secret = issue(alice)

    actor = ask(secret)

    assert actor is not None
    assert (actor.domain, actor.token_id, actor.scopes) == (
        Domain.TOKEN,
        token.pk,
        frozenset({"clients.read"}),
    )
    assert (actor.user_id, actor.membership_id) == (alice.user_id, alice.membership_id)


def test_a_revoked_token_is_refused_on_the_next_request(alice, ledger):
    token, secret = issue(alice)
    found = find_token(f"Bearer {secret}")

    revoke_token(alice, token)
    revoke_token(alice, token)

    assert find_token(f"Bearer {secret}") is None
    assert authenticate_token(found) is None
    assert ledger.codes() == ["identity.token_issued", "identity.token_revoked"]


def test_a_token_ends_at_its_expiry(alice):
    _token, secret = issue(alice, expires_at=now() + timedelta(days=1))

    with instant.at(now() + timedelta(days=1)):
        assert ask(secret) is None
    assert ask(secret) is not None


def test_the_use_of_a_token_is_noted_at_most_once_a_minute(alice):
    token, secret = issue(alice)

    ask(secret)
    token.refresh_from_db()
    first = token.last_used_at
    tokens._noted.clear()
    ask(secret)
    token.refresh_from_db()
    assert first == token.last_used_at
    tokens._noted.clear()
    with instant.at(first + timedelta(minutes=2)):
        ask(secret)

    token.refresh_from_db()
    assert token.last_used_at == first + timedelta(minutes=2)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer x",
        "Basic fmt_abc",
        "Bearer fmt_" + "a" * 42,
        "Bearer fmt_" + "a" * 44,
        "Bearer \0",
    ],
)
def test_what_is_no_token_finds_nothing(header, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert find_token(header) is None


@pytest.mark.parametrize("scopes", [(), ("everything",), ("clients.read", "nothing.*")])
def test_a_token_without_a_known_scope_is_refused(alice, scopes):
    with pytest.raises(ValidationError):
        issue(alice, scopes)

    assert not ApiToken.objects.exists()


def test_a_token_does_not_live_for_ever_nor_in_the_past(alice):
    for days in (-1, 400):
        with pytest.raises(ValidationError):
            issue(alice, expires_at=now() + timedelta(days=days))


def test_staff_see_and_revoke_their_own_tokens_and_no_others(alice, bob):
    mine, _secret = issue(bob)
    hers, _secret = issue(alice)

    assert list(ApiToken.objects.visible_to(bob)) == [mine]
    with pytest.raises(Denied):
        revoke_token(bob, hers)
    revoke_token(bob, mine)

    assert set(ApiToken.objects.filter(revoked_at__isnull=True)) == {hers}


def test_a_token_finds_its_firm_and_no_other(alice, gina, globex, in_firm):
    with in_firm(globex):
        _token, secret = issue(gina)
        theirs = ask(secret)

    found = find_token(f"Bearer {secret}")

    assert theirs is not None
    assert found.firm == globex
    assert authenticate_token(found) is None  # asked in acme's transaction
