"""Roles do what the matrix says, at every entrance, and stop doing it at the very next request.

Rows are generated: every page and every operation of the product, by the power it declares, for each built-in role, a
client, a stranger and nobody at all.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from firmament.kernel.api.instance import api
from firmament.kernel.breakglass.tests.factories import ODILE, OLGA
from firmament.kernel.files.delivery import signed_url
from firmament.kernel.identity.actions import deactivate_membership, issue_token, revoke_token
from firmament.kernel.identity.founding import join_firm
from firmament.kernel.identity.models import User
from firmament.kernel.policies.actions import grant_portal, raise_wall, revoke_portal, revoke_role
from firmament.kernel.policies.authority import authority_of, forget_authority, token_covers
from firmament.kernel.policies.decide import allows, may
from firmament.kernel.policies.models import PortalGrant, Role
from firmament.kernel.policies.powers import BUILT_IN_ROLES, declaration, declarations
from firmament.kernel.policies.scopes import Scope
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.fixtures import browser_of, staff_actor
from firmament.kernel.testing.world import make_user
from firmament.kernel.web import throttles
from firmament.kernel.web.entrances import Door
from firmament.lib.instant import at, now
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.documents.policies import Can as Documents
from firmament.modules.documents.tests.factories import item_of, make_request, make_submission
from tests.counting import how_much
from tests.walking import Page, examples, pages

ROLES = [code for code, _name, _clearance in BUILT_IN_ROLES]
INSIDE = (Door.STAFF, Door.PORTAL, Door.OPERATOR)
PAGES = [page for page in pages() if page.in_firm and page.entrance.door in INSIDE]
assert get_resolver().url_patterns  # the rooms are mounted when the addresses are read
SCHEMA = api.get_openapi_schema(path_prefix="")
OPERATIONS = [
    (method.upper(), path, re.search(r"Power: `([\w.]+)`", described["description"])[1])
    for path, methods in sorted(SCHEMA["paths"].items())
    for method, described in methods.items()
]


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens in it has not happened."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)
        forget_authority()


@pytest.fixture
def rows(ada, alice, monkeypatch) -> list[tuple[Page, str]]:
    """Every page with an address to things that are there."""
    for name in ("PER_TOKEN", "PER_FIRM"):
        bucket = getattr(throttles, name)
        monkeypatch.setattr(throttles, name, replace(bucket, burst=10**9, per_second=10.0**9))
    return [(page, page.url(alice)) for page in PAGES if page.has_example]


@pytest.fixture
def operations(rows, alice) -> list[tuple[str, str, str]]:
    """Every operation: method, address, power."""
    made = {head: example(alice) for head, example in examples("API_EXAMPLES").items()}
    found = []
    for method, path, power in OPERATIONS:
        if "{" in path:
            ids = made[path.partition("{")[0]]
            steps = {"/contacts/": "primary", "/teams/": "archive", "/roles/": "delete"}
            step = next((step for part, step in steps.items() if part in path), "start")
            path = path.replace("{pk}", str(next(iter(ids.values())))).replace("{step}", step)
            for name, value in ids.items():
                path = path.replace("{" + name + "}", str(value))
        found.append((method, f"/api/v1{path}", power))
    return found


def member(role: str) -> tuple[Actor, Client]:
    """Somebody with this role alone."""
    email = f"{role}@matrix.example"
    join_firm(make_user(role, email), role=role)
    return staff_actor(email), browser_of(email)


def told(response: Any) -> int:
    """The status; files are read, so that they are closed."""
    if response.streaming:
        list(response)
    return int(response.status_code)


def check_page(
    actor: Actor, browser: Client, page: Page, url: str, before: dict[str, int], ends: Counter[str]
) -> None:
    """GET agrees with the rule; a POST that is refused changes nothing of what there was before."""
    power = page.entrance.power
    let_in = may(actor, power)
    with undone():
        status = told(browser.get(url))
    row = (actor.name, page.name, power, status)
    if not let_in:
        # 405: a button is not for reading and a page not for writing, which everybody is told.
        assert status in (403, 405), row
        status = told(browser.post(url, {"reason": "x", "name": "x", "step": "run"}))
        assert status in (403, 405), row
        assert how_much() == before, row
        ends["refused"] += 1
    elif carried(actor, power):
        # 404: the page is there, and what it is about is not theirs to see, such as a bin that is empty of it.
        assert status in (200, 302, 405) or (status == 404 and depends(page)), row
        ends["let in"] += 1
    else:
        # It depends on the object: whose it is, whether it was granted.
        assert status in (200, 302, 403, 404, 405), row
        ends["depends"] += 1


def carried(actor: Actor, power: str) -> bool:
    """Whether they have it whatever the object is, or by a role: no object of theirs is then forbidden, only absent."""
    return allows(actor, power) or power in authority_of(actor).held


def depends(page: Page) -> bool:
    """Whether the page is about one thing."""
    return bool(page.arguments - {"firm"})


def test_every_role_gets_the_pages_of_its_powers_and_no_other(rows) -> None:
    for role in ROLES:
        ends = pages_of(*member(role), Door.STAFF, rows)
        print(f"{role}: {ends.total()} pages, {dict(ends)}")
        assert ends.total() == len(rows) >= 60
        assert ends["let in"] >= 10


def test_a_client_gets_the_pages_of_their_scopes_and_no_other(rows, alice, carla) -> None:
    """With every scope, and with each one alone."""
    person = User.objects.get(pk=carla.user_id)
    grant = PortalGrant.objects.get(user_id=carla.user_id)
    for scopes in (frozenset(Scope), *(frozenset({scope}) for scope in Scope)):
        with undone():
            revoke_portal(alice, grant)
            grant_portal(alice, user=person, client_id=grant.client_id, scopes=scopes)
            doors = rows if len(scopes) > 1 else [row for row in rows if row[0].entrance.door == Door.PORTAL]
            ends = pages_of(carla, browser_of("carla@client.example"), Door.PORTAL, doors)
            print(f"client with {min(scopes)} and {len(scopes) - 1} more: {ends.total()} pages, {dict(ends)}")
            assert ends["let in"] + ends["depends"] >= 1


def test_an_operator_gets_the_desk_and_the_firm_only_while_a_session_opens_it(rows) -> None:
    """The examples of their pages have opened the firm to Olga, and not to Odile."""
    olga, odile = browser_of(OLGA), browser_of(ODILE)
    looked = 0
    for page, url in rows:
        if page.entrance.door != Door.OPERATOR:
            for answer in (olga.get(url), olga.post(url), odile.get(url)):
                assert told(answer) == 404, page.name
        elif declaration(page.entrance.power).needs_opening:
            assert (told(olga.get(url)), told(olga.post(url)), told(odile.post(url))) == (200, 405, 405)
            shut = odile.get(url)
            assert told(shut) == 302 and shut["Location"].endswith("/ask/"), page.name
            looked += 1
        else:
            assert told(olga.get(url)) in (200, 405), page.name
    assert looked >= 6


def pages_of(actor: Actor, browser: Client, door: Door, rows: list[tuple[Page, str]]) -> Counter[str]:
    """Every row asked by somebody who has come in by one door; the others do not exist for them."""
    ends: Counter[str] = Counter()
    before = how_much()
    for page, url in rows:
        if page.entrance.door == door:
            check_page(actor, browser, page, url, before, ends)
        else:
            assert told(browser.get(url)) == 404, page.name
            assert told(browser.post(url)) == 404, page.name
            ends["other door"] += 1
    return ends


def test_strangers_and_nobody_get_nothing(rows, operations) -> None:
    make_user("Stan", "stan@nowhere.example")
    stranger, gina, nobody = browser_of("stan@nowhere.example"), browser_of("gina@globex.example"), Client()
    before = how_much()
    for page, url in rows:
        for browser in (stranger, gina):
            assert told(browser.get(url)) == 404, page.name
            assert told(browser.post(url)) == 404, page.name
        for response in (nobody.get(url), nobody.post(url)):
            assert response.status_code == 302 and response["Location"].startswith("/accounts/login/"), (
                page.name
            )
    for method, url, _power in operations:
        for browser in (stranger, gina, nobody):
            # A session opens no door of the API.
            assert told(browser.generic(method, url, b"{}", content_type="application/json")) == 401, url
    assert how_much() == before
    print(f"{len(rows)} pages and {len(operations)} operations, 3 who have no business here")


def ask(secret: str, method: str, url: str) -> int:
    headers = {"Authorization": f"Bearer {secret}", "If-Match": "*"}
    return told(Client().generic(method, url, b"{}", content_type="application/json", headers=headers))


def token_of(actor: Actor, scopes: list[str]) -> str:
    return str(issue_token(actor, name="Matrix", scopes=scopes, expires_at=None)[1])


def all_scopes() -> list[str]:
    # Of every room: a program hands on no more than its scopes reach, so a role's powers are all asked for.
    return sorted({f"{declared.room}.*" for declared in declarations()})


def test_a_program_does_what_its_makers_role_and_its_scopes_both_allow(operations) -> None:
    for role in ROLES:
        ends = operations_of(role, member(role)[0], operations)
        print(f"{role}: {ends.total()} rows, {dict(ends)}")
        assert ends.total() == 2 * len(operations) >= 60


def operations_of(role: str, actor: Actor, operations: list[tuple[str, str, str]]) -> Counter[str]:
    """Every operation, asked with every scope and with the reading ones alone."""
    ends: Counter[str] = Counter()
    reading = [scope.replace(".*", ".read") for scope in all_scopes()]
    for scopes in (all_scopes(), reading):
        secret = token_of(actor, scopes)
        before = how_much()
        for method, url, power in operations:
            let_in = may(actor, power) and token_covers(frozenset(scopes), declaration(power))
            with undone():
                status = ask(secret, method, url)
                row = (role, scopes, method, url, power, status)
                if not let_in:
                    assert status == 403, row
                    assert how_much() == before, row
                    ends["refused"] += 1
                elif carried(actor, power):
                    assert status not in (401, 403) and status < 500, row
                    ends["let in"] += 1
                else:
                    assert status < 500 and status != 401, row
                    ends["depends"] += 1
    return ends


def test_a_role_taken_away_is_gone_at_the_next_request_everywhere(rows, operations, ada) -> None:
    actor, browser = member("manager")
    secret = token_of(actor, all_scopes())
    open_before = [
        page.name
        for page, url in rows
        if page.entrance.door == Door.STAFF and may(actor, page.entrance.power)
    ]
    membership = Membership.objects.get(pk=actor.membership_id)

    revoke_role(ada, membership, Role.objects.get(code="manager"))

    shut = 0
    for page, url in rows:
        if page.name in open_before:
            let_in = may(actor, page.entrance.power)
            with undone():
                assert let_in or told(browser.get(url)) in (403, 405), page.name
                assert let_in or told(browser.post(url)) in (403, 405), page.name
            shut += not let_in
    for method, url, power in operations:
        if not may(actor, power):
            assert ask(secret, method, url) == 403, url
    print(f"{len(open_before)} pages were open, {shut} are shut")
    assert shut > 10


def test_a_member_let_go_is_out_at_the_next_request_everywhere(rows, operations, ada) -> None:
    actor, browser = member("partner")
    secret = token_of(actor, all_scopes())
    assert told(browser.get("/w/acme/home/")) == 200

    deactivate_membership(ada, Membership.objects.get(pk=actor.membership_id))

    for page, url in rows:
        assert told(browser.get(url)) == 404, page.name
        assert told(browser.post(url)) == 404, page.name
    for method, url, _power in operations:
        assert ask(secret, method, url) == 401, url


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_access_to_the_portal_ends_at_the_next_request_everywhere(end, rows, alice, carla) -> None:
    browser = browser_of("carla@client.example")
    doors = [(page, url) for page, url in rows if page.entrance.door == Door.PORTAL]
    assert told(browser.get("/portal/acme/home/")) == 200
    grant = PortalGrant.objects.get(user_id=carla.user_id)

    if end == "revoked":
        revoke_portal(alice, grant)
    else:
        PortalGrant.objects.filter(pk=grant.pk).update(expires_at=now() - timedelta(seconds=1))

    for page, url in doors:
        for response in (browser.get(url), browser.post(url)):
            assert told(response) in (403, 404), page.name


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_a_token_ends_at_the_next_request_everywhere(end, operations, alice) -> None:
    token, secret = issue_token(
        alice, name="Short", scopes=all_scopes(), expires_at=now() + timedelta(minutes=5)
    )
    assert ask(secret, "GET", "/api/v1/clients") == 200

    if end == "revoked":
        revoke_token(alice, token)
    with at(now() + timedelta(minutes=6 if end == "expired" else 0)):
        for method, url, _power in operations:
            assert ask(secret, method, url) == 401, url


def test_a_link_to_a_file_ends_with_the_right_it_was_made_of(ada, alice, carla) -> None:
    """Signed, not yet a minute old, and made for this very person: the right is asked for again all the same."""
    submission = make_submission(alice, item_of(make_request(alice)))
    actor, browser = member("staff")
    membership = Membership.objects.get(pk=actor.membership_id)
    grant = PortalGrant.objects.get(user_id=carla.user_id)
    staff_link = signed_url(actor, submission.file, power=Documents.DOWNLOAD, subject=submission)
    client_link = signed_url(carla, submission.file, power=Documents.DOWNLOAD, subject=submission)
    client_browser = browser_of("carla@client.example")

    def opened(who: Client, link: str) -> int:
        return told(who.get(link))

    assert (opened(browser, staff_link), opened(client_browser, client_link)) == (200, 200)
    assert (
        opened(browser, client_link),
        opened(client_browser, staff_link),
        opened(Client(), staff_link),
    ) == (404,) * 3
    assert opened(browser, staff_link[:-2] + "x/") == 404

    ways: dict[str, tuple[Client, str, Any]] = {
        "role": (browser, staff_link, lambda: revoke_role(ada, membership, Role.objects.get(code="staff"))),
        "member": (browser, staff_link, lambda: deactivate_membership(ada, membership)),
        "wall": (
            browser,
            staff_link,
            lambda: raise_wall(ada, membership=membership, client_id=carlas_bakery().pk, reason="Kin"),
        ),
        "grant": (client_browser, client_link, lambda: revoke_portal(alice, grant)),
        "end": (
            client_browser,
            client_link,
            lambda: PortalGrant.objects.filter(pk=grant.pk).update(expires_at=now() - timedelta(seconds=1)),
        ),
    }
    for name, (who, link, take_away) in ways.items():
        with undone():
            take_away()
            assert opened(who, link) == 404, name
