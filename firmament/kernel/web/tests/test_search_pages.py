"""The pages of search: both faces, the palette, and programs."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from firmament.kernel.identity.actions import issue_token
from firmament.kernel.tenancy.actor import Actor
from firmament.modules.clients.tests.factories import make_client

pytestmark = pytest.mark.django_db


def test_the_page_shows_what_was_found_and_how(
    alice: Actor, alice_browser: Browser, run_jobs: Callable[[], int]
) -> None:
    make_client(alice, name="Zephyr <i>Bakeries</i>", notes="Flour & yeast, zephyr brand.")
    run_jobs()

    html = alice_browser.get("/w/acme/search/", {"q": "yeast zephyr"}).content.decode()

    assert "Zephyr &lt;i&gt;Bakeries&lt;/i&gt;" in html
    assert "Flour &amp; <mark>yeast</mark>, <mark>zephyr</mark> brand." in html
    assert "kind=clients.contact" in html


def test_the_page_says_when_nothing_is_found(alice_browser: Browser) -> None:
    html = alice_browser.get("/w/acme/search/", {"q": "nowhere"}).content.decode()

    assert "Nothing found" in html


def test_a_kind_narrows_the_search(alice: Actor, alice_browser: Browser, run_jobs: Callable[[], int]) -> None:
    make_client(alice, name="Zephyr Bakeries")
    run_jobs()

    html = alice_browser.get("/w/acme/search/", {"q": "zephyr", "kind": "clients.contact"}).content.decode()

    assert "Nothing found" in html


@pytest.mark.parametrize("start", ["-1", "x", "999999999", "99", "²"])
def test_a_strange_start_is_the_nearest_page(alice_browser: Browser, start: str) -> None:
    assert alice_browser.get("/w/acme/search/", {"q": "a", "start": start}).status_code == 200


def test_the_page_costs_the_same_for_one_and_for_many(
    alice: Actor, alice_browser: Browser, run_jobs: Callable[[], int], queries: Callable[[], Any]
) -> None:
    make_client(alice, name="Zephyr one")
    run_jobs()
    # What the server can do is asked once in a process.
    alice_browser.get("/w/acme/search/", {"q": "zephyr"})
    with queries() as one:
        alice_browser.get("/w/acme/search/", {"q": "zephyr"})
    for number in range(24):
        make_client(alice, name=f"Zephyr {number}")
    run_jobs()

    with queries() as many:
        html = alice_browser.get("/w/acme/search/", {"q": "zephyr"}).content.decode()

    assert many.count == one.count <= 8, "\n".join(many.statements)
    assert "start=20" in html


def test_the_palette_gets_rows_that_lead_somewhere(
    alice: Actor, alice_browser: Browser, run_jobs: Callable[[], int]
) -> None:
    client = make_client(alice, name="Zephyr Bakeries")
    run_jobs()

    rows = alice_browser.get("/w/acme/search/rows/", {"q": "zeph"}, headers={"HX-Request": "true"})

    html = rows.content.decode()
    assert f'data-url="/w/acme/clients/{client.pk}/"' in html
    assert 'data-url="/w/acme/search/?q=zeph"' in html
    assert 'data-search-url="/w/acme/search/rows/"' in alice_browser.get("/w/acme/home/").content.decode()


def test_clients_search_their_own_portal(
    alice: Actor, carla_browser: Browser, run_jobs: Callable[[], int]
) -> None:
    make_client(alice, name="Somebody else's bakery")
    run_jobs()

    html = carla_browser.get("/portal/acme/search/", {"q": "bakery"}).content.decode()

    assert "Somebody else" not in html


def test_programs_search_within_their_scopes(alice: Actor, run_jobs: Callable[[], int]) -> None:
    client = make_client(alice, name="Zephyr Bakeries")
    run_jobs()
    _row, wide = issue_token(alice, name="wide", scopes={"search.read", "clients.read"}, expires_at=None)
    _row, narrow = issue_token(alice, name="narrow", scopes={"search.read"}, expires_at=None)

    def ask(secret: str, **given: str) -> Any:
        return Browser().get(
            "/api/v1/search", {"q": "zephyr", **given}, headers={"Authorization": f"Bearer {secret}"}
        )

    (item,) = json.loads(ask(wide).content)["items"]
    assert (item["kind"], item["object_id"]) == ("clients.client", str(client.pk))
    assert json.loads(ask(narrow).content)["items"] == []
    assert ask(wide, kind="nothing.here").status_code == 422
    assert ask(wide, limit="51").status_code == 422
