"""Sessions, listed and ended; passwords and addresses, changed."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from firmament.kernel.identity.links import new_address_token
from firmament.kernel.identity.models import User, UserSession
from firmament.kernel.identity.session_list import sessions_of
from firmament.kernel.identity.tests.factories import PASSWORD, make_user
from firmament.kernel.messages.models import AccountMail
from firmament.lib.instant import now

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def no_counts(db):
    cache.clear()


@pytest.fixture
def zoe():
    return make_user()


def browser_of(user: User, **headers: str) -> Client:
    browser = Client(**headers)
    browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return browser


def test_sessions_are_listed_with_browser_and_network_and_no_whole_address(zoe):
    browser_of(zoe, HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="203.0.113.77")
    here = browser_of(zoe, REMOTE_ADDR="2001:db8:1:2::5")

    listed = sessions_of(zoe, current_key=here.session.session_key)
    page = here.get("/accounts/sessions/").content.decode()

    assert [(s.browser, s.ip_prefix, s.current) for s in listed] == [
        ("A browser", "2001:db8:1::/48", True),
        ("Firefox on Linux", "203.0.113.0/24", False),
    ]
    assert "Firefox on Linux" in page
    assert "203.0.113.77" not in page


def test_ending_one_session_signs_that_browser_out_and_no_other(zoe):
    here, there, third = browser_of(zoe), browser_of(zoe, HTTP_USER_AGENT=FIREFOX), browser_of(zoe)
    [target] = [s for s in sessions_of(zoe, current_key=None) if s.browser == "Firefox on Linux"]

    here.post(f"/accounts/sessions/{target.id}/end/")

    assert [b.get("/accounts/sessions/").status_code for b in (here, there, third)] == [200, 302, 200]


def test_nobody_ends_the_session_of_another(zoe):
    eve = make_user("eve@client.example")
    browser_of(zoe)
    [hers] = sessions_of(zoe, current_key=None)

    browser_of(eve).post(f"/accounts/sessions/{hers.id}/end/")

    assert len(sessions_of(zoe, current_key=None)) == 1


def test_signing_out_everywhere_else_keeps_this_browser(zoe):
    here, there = browser_of(zoe), browser_of(zoe)

    here.post("/accounts/sessions/end-others/")

    assert [b.get("/accounts/sessions/").status_code for b in (here, there)] == [200, 302]


def test_a_session_that_is_used_is_noted_at_most_every_five_minutes(zoe, queries):
    here = browser_of(zoe)
    long_ago = now() - timedelta(hours=1)
    UserSession.objects.filter(user=zoe).update(last_seen_at=long_ago)

    here.get("/accounts/sessions/")
    noted = UserSession.objects.get(user=zoe).last_seen_at
    here.get("/accounts/sessions/")

    assert noted > long_ago
    assert UserSession.objects.get(user=zoe).last_seen_at == noted


def test_a_changed_password_keeps_this_browser_and_ends_all_others(zoe):
    here, there = browser_of(zoe), browser_of(zoe)
    before = here.session.session_key

    answer = here.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "a brand new password", "password2": "a brand new password"},
    )

    assert answer.status_code == 302
    assert [b.get("/accounts/sessions/").status_code for b in (here, there)] == [200, 302]
    assert here.session.session_key != before
    assert [m.wording for m in AccountMail.objects.all()] == ["identity.password_changed"]


def test_a_changed_password_stands_in_the_firms_ledger(bob_browser, ledger):
    bob_browser.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "a brand new password", "password2": "a brand new password"},
    )

    assert ledger.codes() == ["identity.password_changed"]


def test_a_new_address_counts_once_its_link_was_confirmed(zoe):
    here = browser_of(zoe)

    asked = here.post("/accounts/email/", {"email": "Zoe.New@client.example", "password": PASSWORD})
    link = f"/accounts/email/confirm/{new_address_token(zoe, 'zoe.new@client.example')}/"
    shown = Client().get(link)
    zoe.refresh_from_db()
    assert (asked.status_code, shown.status_code, zoe.email) == (200, 200, "zoe@client.example")
    done, again = Client().post(link), Client().post(link)

    zoe.refresh_from_db()
    assert (done.status_code, again.status_code, zoe.email) == (200, 410, "zoe.new@client.example")
    assert [m.wording for m in AccountMail.objects.order_by("created_at")] == [
        "identity.new_address",
        "identity.address_changed",
    ]
    assert browser_of(zoe).get("/accounts/sessions/").status_code == 200


def test_the_old_address_neither_signs_in_nor_resets_after_a_change(zoe):
    Client().post("/accounts/password/reset/", {"email": "zoe@client.example"})
    AccountMail.objects.all().delete()
    Client().post(f"/accounts/email/confirm/{new_address_token(zoe, 'zoe.new@client.example')}/")

    old = Client().post("/accounts/login/", {"login": "zoe@client.example", "password": PASSWORD})
    Client().post("/accounts/password/reset/", {"email": "zoe@client.example"})

    assert old.status_code == 422
    assert AccountMail.objects.get(wording="identity.password_reset").state == "canceled"


def test_changing_the_address_asks_for_the_password(zoe):
    answer = browser_of(zoe).post("/accounts/email/", {"email": "new@client.example", "password": "wrong"})

    assert answer.status_code == 422
    assert not AccountMail.objects.exists()


def test_an_address_somebody_has_is_answered_the_same_and_its_owner_is_told(zoe):
    make_user("taken@client.example")
    here = browser_of(zoe)

    free = here.post("/accounts/email/", {"email": "free@client.example", "password": PASSWORD})
    taken = here.post("/accounts/email/", {"email": "taken@client.example", "password": PASSWORD})

    def plain(answer):
        return answer.content.replace(b"free@", b"taken@").split(b"csrf")[0]

    assert plain(free) == plain(taken)
    assert AccountMail.objects.get(recipient_email="taken@client.example").wording == "identity.address_taken"


def test_a_link_for_an_address_that_was_taken_meanwhile_changes_nothing(zoe):
    link = f"/accounts/email/confirm/{new_address_token(zoe, 'taken@client.example')}/"
    make_user("taken@client.example")

    assert Client().post(link).status_code == 410

    zoe.refresh_from_db()
    assert zoe.email == "zoe@client.example"


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "😀" * 50])
def test_a_made_up_link_changes_nothing(token):
    assert Client().post(f"/accounts/email/confirm/{token}/").status_code == 410
