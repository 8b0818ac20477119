"""One's own profile, in the workspace and in the portal; tokens made once and revoked at once."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from firmament.kernel.identity.models import ApiToken, User
from firmament.lib.instant import now
from firmament.modules.firms.actions.profile import change_profile
from firmament.modules.firms.tests.factories import make_token

STAFF = "/w/acme/firms/profile/"
PORTAL = "/portal/acme/firms/profile/"
FORM = {
    "name": "Bob B. Staff",
    "timezone": "America/Chicago",
    "locale": "en-gb",
    "theme": "dark",
    "shortcuts_enabled": "",
}


def told(answer) -> str:
    return answer.content.decode()


def user_of(key: str) -> User:
    return User.objects.get(email=key)


def test_staff_change_their_own_profile(bob_browser, ledger):
    answer = bob_browser.post(STAFF, FORM)

    bob = user_of("bob@acme.example")
    assert answer.status_code == 303
    assert (bob.name, bob.timezone, bob.locale, bob.theme, bob.shortcuts_enabled) == (
        "Bob B. Staff",
        "America/Chicago",
        "en-gb",
        "dark",
        False,
    )
    assert ledger.codes() == ["firms.profile_changed"]
    assert 'data-theme="dark"' in told(bob_browser.get(STAFF))


def test_a_clients_person_has_a_profile_of_their_own(carla_browser):
    seen = told(carla_browser.get(PORTAL))

    carla_browser.post(PORTAL, {**FORM, "name": "Carla C."})

    assert "API tokens" not in seen
    assert user_of("carla@client.example").name == "Carla C."
    assert user_of("carla@client.example").shortcuts_enabled is True


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("timezone", "Mars/Olympus"), ("locale", "xx"), ("theme", "neon")]
)
def test_what_is_no_answer_is_refused_and_nothing_changes(bob_browser, field, value):
    answer = bob_browser.post(STAFF, {**FORM, field: value})

    assert answer.status_code == 422
    assert user_of("bob@acme.example").name == "Bob Staff"


def test_nobody_changes_somebody_else(alice, ada):
    with pytest.raises(PermissionDenied):
        change_profile(alice, user_of("bob@acme.example"), name="Robert")

    assert user_of("bob@acme.example").name == "Bob Staff"


def test_the_theme_is_switched_from_any_page_and_leads_back_to_it(bob_browser, carla_browser, ledger):
    came_from = "http://testserver/w/acme/firms/people/?role=staff"
    back = bob_browser.post(f"{STAFF}theme/", {"theme": "dark"}, headers={"Referer": came_from})
    away = bob_browser.post(
        f"{STAFF}theme/", {"theme": "light"}, headers={"Referer": "https://evil.example/w/acme/x/"}
    )
    portal = carla_browser.post(f"{PORTAL}theme/", {"theme": "dark"})

    assert back["Location"] == "/w/acme/firms/people/?role=staff"
    assert away["Location"] == STAFF
    assert portal["Location"] == PORTAL
    assert user_of("bob@acme.example").theme == "light"
    assert ledger.codes() == []


def test_the_menu_of_the_person_leads_to_the_profile_and_the_switch(bob_browser, carla_browser):
    assert f'href="{STAFF}"' in told(bob_browser.get(STAFF))
    assert f'action="{STAFF}theme/"' in told(bob_browser.get(STAFF))
    assert f'action="{PORTAL}theme/"' in told(carla_browser.get(PORTAL))


def test_a_token_is_shown_once_and_works(bob, bob_browser):
    ends = (now() + timedelta(days=30)).date().isoformat()
    form = {"name": "Report", "scopes": ["clients.read"], "ends_on": ends}
    answer = bob_browser.post(f"{STAFF}tokens/new/", form)

    secret = re.search(r"fmt_[\w-]{43}", told(answer)).group()
    listed = told(bob_browser.get(STAFF))
    assert "no-store" in answer["Cache-Control"]
    assert secret not in listed
    assert "Report" in listed
    reply = Client().get("/api/v1/clients", headers={"Authorization": f"Bearer {secret}"})
    assert reply.status_code == 200


def test_a_token_ends_within_a_year_and_may_something(bob_browser):
    forever = bob_browser.post(
        f"{STAFF}tokens/new/", {"name": "R", "scopes": ["clients.read"], "ends_on": "2199-01-01"}
    )
    nothing = bob_browser.post(f"{STAFF}tokens/new/", {"name": "R", "ends_on": "2199-01-01"})
    too_much = bob_browser.post(
        f"{STAFF}tokens/new/", {"name": "R", "scopes": ["files.*", "x"], "ends_on": "2199-01-01"}
    )

    assert {forever.status_code, nothing.status_code, too_much.status_code} == {422}
    assert not ApiToken.objects.exists()


def test_ones_own_token_is_revoked_at_once(bob, bob_browser):
    token, secret = make_token(bob, "clients.read")

    bob_browser.post(f"{STAFF}tokens/{token.pk}/revoke/")

    reply = Client().get("/api/v1/clients", headers={"Authorization": f"Bearer {secret}"})
    assert reply.status_code == 401


def test_somebody_elses_token_is_not_even_seen(alice, bob_browser, ada_browser):
    token, _secret = make_token(alice)

    refused = bob_browser.post(f"{STAFF}tokens/{token.pk}/revoke/")
    assert refused.status_code == 404
    assert ApiToken.objects.get(pk=token.pk).revoked_at is None

    ada_browser.post(f"{STAFF}tokens/{token.pk}/revoke/")
    assert ApiToken.objects.get(pk=token.pk).revoked_at is not None
