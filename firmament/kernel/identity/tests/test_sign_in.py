"""Signing in and out, and what a stranger can learn or break by trying: nothing."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client

from firmament.kernel.identity.models import User, UserSession
from firmament.kernel.identity.sessions import hashed
from firmament.kernel.identity.tasks import sweep_identity
from firmament.kernel.identity.tests.factories import PASSWORD, make_user
from firmament.kernel.ledger.models import Entry, PersonalValue
from firmament.kernel.messages import tasks
from firmament.kernel.messages.models import AccountMail, CaughtMail, State
from firmament.lib.instant import now

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def no_counts(db):
    cache.clear()


def sign_in(browser: Client, email: str, password: str = PASSWORD, **headers: str):
    return browser.post("/accounts/login/", {"login": email, "password": password}, **headers)


def test_a_person_signs_in_whatever_the_case_of_the_address():
    user = make_user("Zoe@Client.Example")
    browser = Client()

    answer = sign_in(browser, " ZOE@client.example ")

    assert (answer.status_code, answer.url) == (302, "/")
    assert browser.session["_auth_user_id"] == str(user.pk)


def test_two_people_cannot_share_an_address_in_different_cases():
    make_user("zoe@client.example")
    for spelling in ("ZOE@client.example", "zoe@client.example"):
        with pytest.raises(IntegrityError), transaction.atomic():
            User(email=spelling, name="Zoe").save()


def test_the_session_changes_with_the_sign_in_and_ends_with_the_sign_out():
    make_user()
    browser = Client()
    browser.get("/accounts/login/")
    session = browser.session
    session["planted"] = "by a stranger"
    session.save()
    browser.cookies["sessionid"] = planted = session.session_key

    sign_in(browser, "zoe@client.example")
    signed_in = browser.session.session_key
    browser.post("/accounts/logout/")

    assert signed_in != planted
    assert not UserSession.objects.filter(session_key__in=[hashed(planted), hashed(signed_in)]).exists()


def test_no_table_holds_what_the_cookie_holds():
    make_user()
    browser = Client()

    sign_in(browser, "zoe@client.example")

    key = browser.session.session_key
    assert not UserSession.objects.filter(session_key=key).exists()
    assert UserSession.objects.filter(session_key=hashed(key)).exists()


def test_a_wrong_password_and_an_unknown_address_are_answered_the_same():
    make_user()

    wrong = sign_in(Client(), "zoe@client.example", "not this one")
    unknown = sign_in(Client(), "nobody@client.example", "not this one")

    def plain(answer):
        return answer.content.replace(b"nobody@", b"zoe@").split(b"csrf")[0]

    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert plain(wrong) == plain(unknown)


def test_a_deactivated_person_cannot_sign_in():
    user = make_user()
    User.objects.filter(pk=user.pk).update(is_active=False)
    browser = Client()

    sign_in(browser, user.email)

    assert "_auth_user_id" not in browser.session


def test_guessing_is_slowed_down_and_the_same_for_an_address_nobody_has():
    make_user()

    known = [sign_in(Client(), "zoe@client.example", f"guess {n}").content for n in range(7)]
    unknown = [sign_in(Client(), "nobody@client.example", f"guess {n}").content for n in range(7)]

    def slowed(answers):
        return [b"Too many attempts" in answer for answer in answers]

    assert slowed(known) == slowed(unknown) == [False] * 5 + [True] * 2


def test_at_most_ten_guesses_a_minute_from_all_places_together():
    make_user()

    answers = [
        sign_in(Client(REMOTE_ADDR=f"203.0.{n}.7"), "zoe@client.example", f"guess {n}") for n in range(14)
    ]

    assert [b"Too many attempts" in a.content for a in answers].count(False) == 10


def test_a_stranger_cannot_lock_the_owner_out_of_a_browser_they_use():
    make_user()
    owner = Client(REMOTE_ADDR="198.51.100.4")
    sign_in(owner, "zoe@client.example")
    owner.post("/accounts/logout/")
    for n in range(40):
        sign_in(Client(REMOTE_ADDR=f"203.0.{n}.7"), "zoe@client.example", f"guess {n}")

    answer = sign_in(owner, "zoe@client.example")

    assert (answer.status_code, answer.url) == (302, "/")


def test_a_stranger_in_the_same_network_as_the_owner_does_not_lock_them_out_either():
    make_user()
    owner = Client()
    sign_in(owner, "zoe@client.example")
    owner.post("/accounts/logout/")
    for n in range(8):
        sign_in(Client(), "zoe@client.example", f"guess {n}")

    assert sign_in(owner, "zoe@client.example").status_code == 302


def test_a_known_browser_of_one_person_is_no_key_to_another():
    make_user("eve@client.example")
    make_user()
    browser = Client()
    sign_in(browser, "eve@client.example")
    browser.post("/accounts/logout/")

    answers = [sign_in(browser, "zoe@client.example", f"guess {n}") for n in range(7)]

    assert [b"Too many attempts" in a.content for a in answers] == [False] * 5 + [True] * 2


def test_signing_in_and_being_slowed_down_stand_in_the_firms_ledger_without_a_whole_address(acme, ledger):
    sign_in(Client(REMOTE_ADDR="203.0.113.77"), "bob@acme.example")
    for n in range(6):
        sign_in(Client(REMOTE_ADDR="203.0.113.77"), "bob@acme.example", f"guess {n}")

    assert ledger.codes() == ["identity.signed_in", "identity.sign_in_throttled"]
    values = list(PersonalValue.objects.filter(entry__in=ledger.entries()).values_list("value", flat=True))
    assert values == ["203.0.113.0/24"] * 2
    assert not Entry.objects.filter(payload__icontains="203.0.113.77").exists()


def test_nobody_signs_up_by_themselves():
    answer = Client().post(
        "/accounts/signup/", {"email": "eve@client.example", "password1": "long enough, yes"}
    )

    assert b"by invitation" in answer.content
    assert not User.objects.filter(email="eve@client.example").exists()


def ask_for_reset(browser: Client, email: str):
    return browser.post("/accounts/password/reset/", {"email": email})


def deliver_account_mail(settings) -> list[CaughtMail]:
    settings.MAIL = "local"
    for mail in AccountMail.objects.filter(state=State.QUEUED):
        tasks.send_account_mail(str(mail.pk))
    return list(CaughtMail.objects.order_by("caught_at", "id"))


def link_in(mail: CaughtMail) -> str:
    return next(word for word in mail.text.split() if "/accounts/" in word).split("8000", 1)[-1]


@pytest.fixture
def here(settings):
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    return settings


def test_a_reset_link_sets_a_password_once_and_signs_in(here):
    user = make_user()
    ask_for_reset(Client(), user.email)
    [mail] = deliver_account_mail(here)
    browser = Client()

    form = browser.get(link_in(mail), follow=True)
    new = {"password1": "a brand new password", "password2": "a brand new password"}
    done = browser.post(form.request["PATH_INFO"], new)
    again = Client().get(link_in(mail), follow=True)

    user.refresh_from_db()
    assert done.status_code == 302
    assert user.check_password("a brand new password")
    assert browser.session["_auth_user_id"] == str(user.pk)
    assert b"no longer works" in again.content


def test_the_link_of_a_reset_stands_in_no_table(here):
    user = make_user()
    ask_for_reset(Client(), user.email)
    [mail] = deliver_account_mail(here)

    kept = AccountMail.objects.get()

    token = link_in(mail).rstrip("/").rpartition("/")[2]
    assert token not in f"{kept.context} {kept.text} {kept.html}"


def test_asking_for_a_reset_tells_nothing_about_the_account(here):
    make_user()

    known = ask_for_reset(Client(), "zoe@client.example")
    unknown = ask_for_reset(Client(), "nobody@client.example")

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert {m.recipient_email: m.state for m in AccountMail.objects.all()} == {
        "zoe@client.example": State.QUEUED,
        "nobody@client.example": State.CANCELED,
    }
    assert len(deliver_account_mail(here)) == 1


def test_a_reset_ends_every_session(here):
    user = make_user()
    thief = Client()
    sign_in(thief, user.email)
    ask_for_reset(Client(), user.email)
    [mail] = deliver_account_mail(here)
    owner = Client()
    form = owner.get(link_in(mail), follow=True)

    new = {"password1": "a brand new password", "password2": "a brand new password"}
    owner.post(form.request["PATH_INFO"], new)

    assert thief.get("/accounts/sessions/").status_code == 302
    assert owner.get("/accounts/sessions/").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/1-nope/",
        "/accounts/password/reset/key/done/",
        "/accounts/inactive/",
        "/accounts/invitation/",
    ],
)
def test_the_pages_of_the_way_in_are_drawn_for_anybody(path):
    answer = Client().get(path)

    assert answer.status_code in {200, 404}
    assert b"<h1>" in answer.content
    assert answer.headers["Referrer-Policy"] == "strict-origin"


@pytest.mark.parametrize(
    "path",
    ["/accounts/sessions/", "/accounts/email/", "/accounts/password/change/", "/accounts/reauthenticate/"],
)
def test_what_is_a_persons_own_asks_for_their_sign_in(path, bob_browser):
    assert Client().get(path).url.startswith("/accounts/login/")
    assert bob_browser.get(path).status_code == 200


def test_somebody_who_asks_for_resets_without_end_is_asked_to_wait():
    answers = [ask_for_reset(Client(), "zoe@client.example") for _n in range(7)]

    assert [answer.status_code for answer in answers] == [302] * 5 + [429] * 2
    assert b"A little slower" in answers[-1].content


def test_what_has_expired_is_swept_away():
    make_user()
    browser = Client()
    sign_in(browser, "zoe@client.example")
    current = UserSession.objects.get()
    UserSession.objects.create(session_key="0" * 64, session_data="", expire_date=now() - timedelta(days=1))

    sweep_identity(0)

    assert list(UserSession.objects.all()) == [current]
