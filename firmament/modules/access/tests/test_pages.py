"""Every page of the room, for those who may open it and those who may not."""

import re

import pytest
from django.urls import reverse

from firmament.modules.access.tests.factories import EXAMPLES

STAFF = (
    *("roles", "walls", "wall_new", "duties", "duty_new", "why", "who", "lent", "away", "tokens"),
    *("looks", "look_new"),
)
OPEN_TO_ALL = {"lent", "away", "tokens", "looks"}
READABLE = (
    *("role", "role_copy", "role_change", "role_try", "wall_lift", "wall_review"),
    *("duty", "duty_retire", "duty_exempt"),
)


@pytest.mark.parametrize("name", STAFF)
def test_the_administrator_opens_every_page(ada_browser, name):
    answer = ada_browser.get(reverse(f"access:{name}", kwargs={"firm": "acme"}))

    assert answer.status_code == 200
    assert "<c-" not in answer.content.decode()


@pytest.mark.parametrize("name", STAFF)
def test_staff_open_only_what_is_everybodys(bob_browser, name):
    answer = bob_browser.get(reverse(f"access:{name}", kwargs={"firm": "acme"}))

    assert answer.status_code == (200 if name in OPEN_TO_ALL else 403)


@pytest.mark.parametrize("name", READABLE)
def test_the_page_of_one_thing_is_drawn(ada, ada_browser, name):
    example = EXAMPLES[f"access:{name}"](ada)

    answer = ada_browser.get(reverse(f"access:{name}", kwargs={"firm": "acme", **example}))

    assert answer.status_code == 200
    assert "<c-" not in answer.content.decode()


@pytest.mark.parametrize(
    "page", ["roles/", "walls/", "walls/new/", "duties/", "duties/new/", "lent/away/", "who/", "why/"]
)
def test_the_menu_says_where_one_is_on_every_page_of_the_room(ada_browser, page):
    answer = ada_browser.get(f"/w/acme/access/{page}").content.decode()

    assert re.search(r'href="/w/acme/access/roles/" aria-current="page"', answer)
