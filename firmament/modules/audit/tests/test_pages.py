"""The pages of the trail, for those who may open them and those who may not."""

import pytest
from django.urls import reverse

from firmament.modules.audit.tests.factories import EXAMPLES

STAFF = ("trail", "find", "erase")
READABLE = ("thing", "person", "entry", "erase_entry", "erase_about")


@pytest.mark.parametrize("name", STAFF)
def test_the_administrator_opens_every_page(ada_browser, name):
    answer = ada_browser.get(reverse(f"audit:{name}", kwargs={"firm": "acme"}))

    assert answer.status_code == 200
    assert "<c-" not in answer.content.decode()


@pytest.mark.parametrize("name", STAFF)
def test_staff_open_none(bob_browser, name):
    assert bob_browser.get(reverse(f"audit:{name}", kwargs={"firm": "acme"})).status_code == 403


@pytest.mark.parametrize("name", READABLE)
def test_the_page_of_one_thing_is_drawn(ada, ada_browser, name):
    example = EXAMPLES[f"audit:{name}"](ada)

    answer = ada_browser.get(reverse(f"audit:{name}", kwargs={"firm": "acme", **example}))

    assert answer.status_code == 200
    assert "<c-" not in answer.content.decode()
