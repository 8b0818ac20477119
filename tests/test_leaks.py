"""One firm never meets another: every address that takes an id, on every door, with every method.

An id of another firm must be answered exactly as one that does not exist. New rooms are covered by themselves: an
address without an example in its room's `tests/factories.py` (`EXAMPLES`, `API_EXAMPLES`) fails.
"""

import re
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from uuid import uuid4

import pytest
from django.apps import apps
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from firmament.kernel.api.instance import api
from firmament.kernel.breakglass.tests.factories import OTTO, make_emergency
from firmament.kernel.identity.actions import issue_token
from firmament.kernel.identity.models import User
from firmament.kernel.policies.powers import declarations
from firmament.kernel.policies.scopes import Scope
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing.fixtures import browser_of, staff_actor
from firmament.kernel.testing.world import make_user
from firmament.modules.clients.models import Client as FirmClient
from firmament.modules.clients.tests.factories import make_portal_contact

Example = Callable[[Actor], dict[str, object]]

# What differs between any two answers of the same page, and what a person typed into the address.
VOLATILE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}"
    r'|name="csrfmiddlewaretoken" value="[^"]+"|"csrftoken" content="[^"]+"'
)
DOORS = {"portal": "portal", "operate": "operator"}
HEADERS_THAT_DIFFER = {"X-Request-ID", "Date", "RateLimit-Remaining", "RateLimit-Reset", "Set-Cookie"}


def factories(attribute: str) -> dict[str, Example]:
    found: dict[str, Example] = {}
    for config in apps.get_app_configs():
        name = f"{config.name}.tests.factories"
        if config.name.startswith("firmament.") and find_spec(f"{config.name}.tests") and find_spec(name):
            found |= getattr(import_module(name), attribute, {})
    return found


def addresses() -> list[tuple[str, str, set[str]]]:
    """Name, door and arguments of every page inside a firm that takes more than the firm."""
    return [found for found in every_address() if found[2]]


def plain_addresses() -> list[tuple[str, str]]:
    """Name and door of every page inside a firm that takes nothing but the firm."""
    return [(name, door) for name, door, arguments in every_address() if not arguments]


def every_address() -> list[tuple[str, str, set[str]]]:
    """Name, door and arguments (beside the firm) of every page inside a firm."""
    found = []

    def walk(patterns: list[URLPattern | URLResolver], namespace: str, taken: set[str], route: str) -> None:
        for pattern in patterns:
            arguments = taken | set(pattern.pattern.converters)
            here = route + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                space = ":".join(filter(None, (namespace, pattern.namespace)))
                walk(pattern.url_patterns, space, arguments, here)
            elif "firm" in arguments:
                door = DOORS.get(here.partition("/")[0], "staff")
                name = f"{namespace}:{pattern.name}" if namespace else str(pattern.name)
                found.append((name, door, arguments - {"firm"}))

    walk(get_resolver().url_patterns, "", set(), "")
    return sorted(found)


def api_paths() -> list[tuple[str, str]]:
    """Method and path template of every operation that takes an id in its path."""
    document = api.get_openapi_schema(path_prefix="")
    return [
        (method.upper(), path)
        for path, methods in sorted(document["paths"].items())
        for method in methods
        if "{" in path
    ]


ADDRESSES = addresses()
OPERATIONS = api_paths()


@pytest.fixture
def intruders(acme: Firm, globex: Firm) -> dict[str, Client]:
    """Globex's administrator, whom no missing power stops before the id is looked up, and a client's person of Globex who may do everything a client may."""
    with firm_transaction(globex.pk):
        gina = staff_actor("gina@globex.example")
        gus = make_user("Gus Client", "gus@client.example")
        holding = FirmClient.objects.get(reference="HOLD")
        make_portal_contact(gina, holding, gus, scopes=frozenset(Scope))
        # With the firm open to them, so that no session stands between them and another's id.
        make_emergency(OTTO)
    return {
        "staff": browser_of("greg@globex.example"),
        "portal": browser_of("gus@client.example"),
        "operator": browser_of(OTTO),
    }


def alike(response: HttpResponse) -> tuple[int, str, list[tuple[str, str]]]:
    """An answer without what may differ between two askings."""
    headers = sorted(
        (name, VOLATILE.sub("#", value))
        for name, value in response.items()
        if name not in HEADERS_THAT_DIFFER
    )
    return response.status_code, VOLATILE.sub("#", response.content.decode()), headers


def test_the_sweep_covers_what_it_should() -> None:
    """The denominator: it may grow, and a room that vanishes from it fails here."""
    assert len(ADDRESSES) >= 30
    assert len(OPERATIONS) >= 20
    assert {door for _name, door, _arguments in ADDRESSES} == {"staff", "portal", "operator"}


@pytest.mark.parametrize(("name", "door", "arguments"), ADDRESSES, ids=[a[0] for a in ADDRESSES])
def test_a_page_answers_for_anothers_id_as_for_none(
    name: str, door: str, arguments: set[str], alice: Actor, intruders: dict[str, Client]
) -> None:
    example = factories("EXAMPLES").get(name)
    assert example is not None, f"{name} takes an id and its room gives no example"
    real = example(alice)
    assert set(real) == arguments
    none = {key: uuid4() for key in real}
    browser = intruders[door]

    for method in ("get", "post"):
        theirs = getattr(browser, method)(reverse(name, kwargs={"firm": "globex", **real}))
        missing = getattr(browser, method)(reverse(name, kwargs={"firm": "globex", **none}))
        # An operator is a stranger to no firm; whoever belongs to one is a stranger at the operators' desk.
        outsider = intruders["staff"] if door == "operator" else browser
        stranger = getattr(outsider, method)(reverse(name, kwargs={"firm": "acme", **real}))

        assert alike(theirs) == alike(missing)
        assert theirs.status_code in (404, 405)
        assert stranger.status_code == 404


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[f"{m} {p}" for m, p in OPERATIONS])
def test_an_operation_answers_for_anothers_id_as_for_none(
    method: str, path: str, alice: Actor, globex: Firm
) -> None:
    head = path.partition("{")[0]
    example = factories("API_EXAMPLES").get(head)
    assert example is not None, f"{path} takes an id and its room gives no example for {head}"
    real = str(next(iter(example(alice).values())))
    with firm_transaction(globex.pk):
        # The administrator: no missing power stops them before the id is looked up.
        greg = staff_actor("greg@globex.example")
        _token, secret = issue_token(greg, name="sweep", scopes=_all_scopes(), expires_at=None)
    headers = {"Authorization": f"Bearer {secret}", "If-Match": "*"}

    answers = [
        Client().generic(
            method,
            "/api/v1" + re.sub(r"\{[^}]+\}", pk, path),
            data='{"reason": "x"}',
            content_type="application/json",
            headers=headers,
        )
        for pk in (real, str(uuid4()))
    ]

    assert alike(answers[0]) == alike(answers[1])
    assert answers[0].status_code in (404, 422)


def _all_scopes() -> list[str]:
    return sorted({f"{declared.room}.*" for declared in declarations()})


def test_a_firms_own_pages_do_not_tell_a_stranger_that_it_exists(acme: Firm) -> None:
    stranger = make_user("Stan Stranger", "stan@nowhere.example")
    assert isinstance(stranger, User)
    browser = browser_of("stan@nowhere.example")

    for door in ("w", "portal"):
        known = browser.get(f"/{door}/acme/home/")
        unknown = browser.get(f"/{door}/no-such-firm/home/")

        assert alike(known) == alike(unknown)
        assert known.status_code == 404
