"""Every page of the room, for those who may open it and those who may not."""

import pytest
from django.urls import reverse

from firmament.modules.firms.tests.factories import EXAMPLES

STAFF = ("people", "invite", "teams", "settings", "brand", "profile", "token_new")
OPEN_TO_ALL = {"people", "teams", "profile", "token_new"}
READABLE = ("person", "person_title", "person_roles", "person_deactivate", "team")


@pytest.mark.parametrize("name", STAFF)
def test_the_administrator_opens_every_page(ada_browser, name):
    answer = ada_browser.get(reverse(f"firms:{name}", kwargs={"firm": "acme"}))

    assert answer.status_code == 200
    assert "<c-" not in answer.content.decode()


@pytest.mark.parametrize("name", STAFF)
def test_staff_open_only_what_is_everybodys(bob_browser, name):
    answer = bob_browser.get(reverse(f"firms:{name}", kwargs={"firm": "acme"}))

    assert answer.status_code == (200 if name in OPEN_TO_ALL else 403)


@pytest.mark.parametrize("name", READABLE)
def test_the_page_of_one_thing_is_drawn(ada, ada_browser, name):
    example = EXAMPLES[f"firms:{name}"](ada)

    answer = ada_browser.get(reverse(f"firms:{name}", kwargs={"firm": "acme", **example}))

    assert answer.status_code == 200
    assert "<c-" not in answer.content.decode()
