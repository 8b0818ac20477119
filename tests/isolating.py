"""Requests of people who must not meet a thing, with its ids wherever an id can go, and what their answers give away.

The things are Acme's: everything in it for people and programs of Globex; what hangs on one client for Acme's own people behind
a wall, and for a person of another of its clients. Each request is made twice, with the id of a thing that is there
and with one that is nowhere. A leak is an answer that tells the two apart, that shows an id it was not asked with, or
words of what is hidden, or after which what is hidden has changed.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import cycle
from random import Random
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.handlers.base import BaseHandler
from django.db import connection, models, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from firmament.kernel.api.instance import api
from firmament.kernel.identity.actions import issue_token
from firmament.kernel.identity.founding import join_firm
from firmament.kernel.identity.models import User
from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.policies.authority import forget_authority
from firmament.kernel.policies.powers import BUILT_IN_ROLES, declarations
from firmament.kernel.policies.scopes import Scope
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.law import firm_models
from firmament.kernel.tenancy.models import Firm, Membership
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing.fixtures import browser_of, staff_actor
from firmament.kernel.testing.world import make_user
from firmament.kernel.web import throttles
from firmament.kernel.web.entrances import Door
from firmament.modules.clients.models import Client as FirmClient
from firmament.modules.clients.tests.factories import carlas_bakery, make_client, make_portal_contact
from tests.walking import Form, examples, pages, read

VOLATILE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}"
    # When a link was signed, and what it was signed with; what it leads to stays.
    r"|:[0-9A-Za-z]{6}:[\w-]{43}\b"
    r'|name="csrfmiddlewaretoken" value="[^"]+"|"csrf-?token" content="[^"]+"|nonce[-=]"?[\w+/=-]+'
)
DIFFERING = {"X-Request-ID", "Date", "RateLimit-Remaining", "RateLimit-Reset", "Set-Cookie", "Server-Timing"}
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

PLACES = ("path", "query", "body", "header")
METHODS = ("GET", "POST")
ROLES = [code for code, _name, _clearance in BUILT_IN_ROLES]
# Names of parameters that pages read from the address, beside those of their forms.
PARAMETERS = (
    "q", "state", "show", "kind", "folder", "view_step", "undo", "to", "subject", "step", "start", "power", "in",
    "format", "for", "end", "contact", "before", "area", "client", "owner", "after", "page", "sort", "view", "pk", "id",
    "engagement", "request", "snippet", "membership", "team", "role", "next", "tag", "member", "person",
)  # fmt: skip
HEADERS = (
    "If-Match", "If-None-Match", "Idempotency-Key", "HX-Target", "HX-Current-URL", "Referer", "X-Firm", "X-Client", "X-Request-ID",
    "X-Forwarded-Host", "Cookie",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Intruder:
    """Somebody, what is hidden from them, and addresses with things that are theirs."""

    name: str
    firm: str
    door: Door
    headers: dict[str, str]
    ids: dict[str, str]
    words: tuple[str, ...]
    own: dict[str, dict[str, object]]


@dataclass(frozen=True)
class Route:
    """A page or an operation; `hidden` are the arguments that lead to something hidden."""

    name: str
    door: Door
    template: str
    method: str
    hidden: dict[str, object]

    def url(self, firm: str, given: dict[str, object]) -> str:
        if self.door == Door.API:
            return re.sub(r"\{(\w+)\}", lambda one: str(given[one[1]]), self.template)
        return reverse(self.name, kwargs={"firm": firm, **given})


@dataclass
class Setting:
    """What stands ready before the first request."""

    routes: list[Route]
    intruders: list[Intruder]
    targets: list[str]
    forms: dict[str, list[Form]] = field(default_factory=dict)
    before: tuple[object, ...] = ()

    def combinations(self) -> list[tuple[Intruder, Route, str]]:
        """Every route for everybody who can knock at its door, by every place an id can go."""
        return [
            (who, route, place)
            for who in self.intruders
            for route in self.routes
            if route.door == who.door
            for place in PLACES
            if place != "path" or route.hidden
        ]


class Prober:
    """The whole stack but the network and the socket; nothing that a request does is kept."""

    def __init__(self) -> None:
        self.handler = BaseHandler()
        self.handler.load_middleware()
        self.factory = RequestFactory()

    def answer(self, who: Intruder, method: str, url: str, sent: "Sent") -> HttpResponse:
        """One answer. What the request changed is there until the block around it ends (`undone`)."""
        request = self.factory.generic(
            method, url, sent.body, content_type=sent.kind, headers={**sent.headers, **_session(who, sent)}
        )
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        response = self.handler.get_response(request)
        if response.streaming:
            return HttpResponse(b"".join(response), status=response.status_code, headers=response.headers)  # type: ignore[attr-defined]
        return response  # type: ignore[return-value]


@dataclass(frozen=True)
class Sent:
    """What goes with a request beside its address."""

    body: bytes = b""
    kind: str = "application/x-www-form-urlencoded"
    headers: dict[str, str] = field(default_factory=dict)


def _session(who: Intruder, sent: Sent) -> dict[str, str]:
    if "Cookie" not in who.headers or "Cookie" not in sent.headers:
        return who.headers
    return {**who.headers, "Cookie": f"{who.headers['Cookie']}; {sent.headers['Cookie']}"}


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens in it has not happened."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)
        forget_authority()


def alike(response: HttpResponse) -> tuple[int, str, list[tuple[str, str]]]:
    """An answer without what differs between any two askings, and without ids."""
    headers = sorted(
        (name, VOLATILE.sub("#", value)) for name, value in response.items() if name not in DIFFERING
    )
    text = response.content.decode(errors="replace")
    return response.status_code, VOLATILE.sub("#", text), headers


def open_throttles(put: Callable[[object, str, object], None] = setattr) -> None:
    """No program is told to wait: another firm's things are not hidden by that."""
    for name in ("PER_TOKEN", "PER_FIRM"):
        put(throttles, name, replace(getattr(throttles, name), burst=10**9, per_second=10.0**9))


# --- what stands ready


def ready(*, forms: bool) -> tuple[Setting, Prober]:
    """Whatever the requests are about, kept in a database of one’s own, and who makes them; with `forms`, all of them are known.

    It is kept so that no transaction need hold many requests: what undone ones leave behind makes each slower than the last.
    """
    with in_acme():
        setting = prepare(staff_actor("ada@acme.example"), staff_actor("alice@acme.example"))
    prober = Prober()
    if forms:
        with undone_in_acme():
            learn_forms(setting, prober)
    return setting, prober


@contextmanager
def undone_in_acme() -> Iterator[None]:
    """A transaction in which requests are made one after the other; nothing of it stays."""
    with in_acme():
        yield
        transaction.set_rollback(True)


@contextmanager
def in_acme() -> Iterator[None]:
    with transaction.atomic(), firm_transaction(Firm.objects.get(slug="acme").pk):
        yield


def prepare(ada: Actor, alice: Actor) -> Setting:
    """Inside Acme's transaction: things at every address, and everybody who must not meet them."""
    routes = [*_pages(alice), *_operations(alice)]
    bakery = carlas_bakery()
    walled = {role: _walled(ada, role, bakery) for role in ROLES}
    other = make_client(alice, name="Another Client")
    make_portal_contact(alice, other, make_user("Otto Other", "otto@client.example"), scopes=frozenset(Scope))
    tokens = {role: _token(staff_actor(f"{role}@isolated.example")) for role in ("partner", "read_only")}
    outside = _outsiders()
    # Its own name stands as a sample in the product's texts.
    FirmClient.objects.filter(pk=bakery.pk).update(
        name="Veiled Quince Holdings", email="quince@veiled.example"
    )
    hanging, words = _hanging(bakery)
    everything, all_words = _everything()
    mine = {route.name: route.hidden for route in routes if route.hidden}
    inside = [
        Intruder(f"walled {role}", "acme", Door.STAFF, _cookie(email), hanging, words, mine)
        for role, email in walled.items()
    ]
    inside.append(
        Intruder("another client", "acme", Door.PORTAL, _cookie("otto@client.example"), hanging, words, mine)
    )
    inside += [
        Intruder(f"walled {role}’s program", "acme", Door.API, secret, hanging, words, mine)
        for role, secret in tokens.items()
    ]
    outside = [replace(who, ids=everything, words=all_words) for who in outside]
    ids = sorted({str(value) for route in routes for value in route.hidden.values() if _is_id(value)})
    return Setting(routes, [*inside, *outside], ids)


def _is_id(value: object) -> bool:
    return bool(ID.fullmatch(str(value)))


def _pages(alice: Actor) -> list[Route]:
    """Pages inside a firm, each with what its room's own example made."""
    found = []
    for page in pages():
        if page.in_firm and page.has_example and page.entrance.door in (Door.STAFF, Door.PORTAL):
            taken = page.arguments - {"firm"}
            hidden = examples("EXAMPLES")[page.name](alice) if taken else {}
            found += [Route(page.name, page.entrance.door, page.route, method, hidden) for method in METHODS]
    return found


def _operations(alice: Actor) -> list[Route]:
    document = api.get_openapi_schema(path_prefix="")
    made = {head: example(alice) for head, example in examples("API_EXAMPLES").items()}
    steps = {"/contacts/": "primary", "/teams/": "archive", "/roles/": "delete"}
    found = []
    for path, methods in sorted(document["paths"].items()):
        names = re.findall(r"\{(\w+)\}", path)
        step = next((step for part, step in steps.items() if part in path), "start")
        ids = dict(made[path.partition("{")[0]]) if names else {}
        given = {"step": step, "verdict": "approve", "pk": next(iter(ids.values()), None), **ids}
        hidden = {name: given[name] for name in names}
        found += [
            Route(f"{method} {path}", Door.API, f"/api/v1{path}", method.upper(), hidden)
            for method in methods
        ]
    return found


def _walled(ada: Actor, role: str, client: FirmClient) -> str:
    email = f"{role}@isolated.example"
    join_firm(make_user(role, email), role=role)
    member = Membership.objects.get(user__email=email)
    raise_wall(ada, membership=member, client_id=client.pk, reason="Kin")
    return email


def _token(actor: Actor) -> dict[str, str]:
    scopes = sorted({f"{declared.room}.*" for declared in declarations()})
    secret = issue_token(actor, name="Isolated", scopes=scopes, expires_at=None)[1]
    return {"Authorization": f"Bearer {secret}"}


def _cookie(email: str) -> dict[str, str]:
    name = settings.SESSION_COOKIE_NAME
    return {"Cookie": f"{name}={browser_of(email).cookies[name].value}"}


def _outsiders() -> list[Intruder]:
    """People of each role at Globex, a client's person there who may do everything, and two programs."""
    found = []
    with firm_transaction(Firm.objects.get(slug="globex").pk):
        greg = staff_actor("greg@globex.example")
        own = _own(greg)
        for role in ROLES:
            join_firm(make_user(role, f"{role}@outside.example"), role=role)
        client = FirmClient.objects.get(reference="HOLD")
        make_portal_contact(greg, client, make_user("Gus", "gus@client.example"), scopes=frozenset(Scope))
        tokens = {role: _token(staff_actor(f"{role}@outside.example")) for role in ("firm_admin", "staff")}
    found = [
        Intruder(f"outside {role}", "globex", Door.STAFF, _cookie(f"{role}@outside.example"), {}, (), own)
        for role in ROLES
    ]
    portal = _cookie("gus@client.example")
    found.append(Intruder("outside client", "globex", Door.PORTAL, portal, {}, (), own))
    return found + [
        Intruder(f"outside {role}’s program", "globex", Door.API, secret, {}, (), own)
        for role, secret in tokens.items()
    ]


def _own(greg: Actor) -> dict[str, dict[str, object]]:
    """What examples make in Globex; those that look for a thing of Acme's make nothing there."""
    found: dict[str, dict[str, object]] = {}
    for name, example in examples("EXAMPLES").items():
        try:
            with transaction.atomic():
                found[name] = example(greg)
        except ObjectDoesNotExist:
            continue
    return found


# --- what is hidden


def _hanging(client: FirmClient) -> tuple[dict[str, str], tuple[str, ...]]:
    """The rows that hang on a client, itself among them, and their words."""
    found = [
        row
        for model in firm_models()
        if model.client_path and model._meta.label_lower != "policies.wall"
        for row in model.objects.filter(**{model.client_path: client.pk})
    ]
    shown = {word for row in _others(found) for word in _words(row)}
    return _ids(found), _chosen({word for row in found for word in _words(row)} - shown)


def _others(rows: list[models.Model]) -> Iterator[models.Model]:
    """The firm's rows that do not hang on the client: what stands in them, too, is no secret."""
    hidden = {(type(row), row.pk) for row in rows}
    for model in firm_models():
        if model._meta.app_label not in ("ledger", "jobs", "proof", "search"):
            yield from (row for row in model.objects.all() if (model, row.pk) not in hidden)


def _everything() -> tuple[dict[str, str], tuple[str, ...]]:
    """All of Acme's rows and the people in it, and words that Globex has not."""
    # The roles every firm begins with, and what a room furnishes everybody with, have words of no firm.
    found = [row for model in firm_models() for row in model.objects.all()]
    people = list(User.objects.filter(email__contains="@acme.example"))
    with firm_transaction(Firm.objects.get(slug="globex").pk):
        theirs = {word for model in firm_models() for row in model.objects.all() for word in _words(row)}
    words = {word for row in [*found, *people] for word in _words(row)}
    return _ids([*found, *people]), _chosen(words - theirs)


def _ids(rows: list[Any]) -> dict[str, str]:
    return {str(row.pk): row._meta.label for row in rows if isinstance(row.pk, UUID)}


def _words(row: models.Model) -> Iterator[str]:
    """What somebody wrote: names, addresses of mail, sentences; no codes."""
    for one in row._meta.local_concrete_fields:
        if isinstance(one, models.CharField | models.TextField) and not one.choices:
            value = getattr(row, one.attname)
            if isinstance(value, str) and len(value) >= 9 and re.search(r"[@ ]", value) and "<" not in value:
                yield value.split("\n")[0][:60].strip()


# Words that stand on pages of the product itself, whoever looks.
COMMON = re.compile(r"^(Client \d+|Team \d+|[A-Z]?[a-z ]+)$|Carla’s Bakery")


def _chosen(words: set[str]) -> tuple[str, ...]:
    return tuple(sorted(word for word in words if not COMMON.match(word)))[:80]


# --- what is asked


@cache
def _document() -> dict[str, Any]:
    return dict(api.get_openapi_schema(path_prefix=""))


def filled_in(schema: dict[str, Any], value: str) -> Any:
    """Something a schema allows, with `value` wherever an id belongs."""
    while "$ref" in schema:
        schema = _document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if options := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        return filled_in(options[0], value)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {name: filled_in(inner, value) for name, inner in schema.get("properties", {}).items()}
        case "array":
            return [filled_in(schema.get("items", {}), value)]
        case "integer" | "number":
            return 1
        case "boolean":
            return True
        case _:
            dates = {"date": "2030-01-02", "date-time": "2030-01-02T03:04:05Z", "email": "x@client.example"}
            return dates.get(schema.get("format", ""), value)


def request_of(
    setting: Setting, who: Intruder, route: Route, place: str, dice: Random, value: str
) -> tuple[str, Sent]:
    """The address and what goes with it; `value` stands where the place says, and dice choose the same for each value."""
    given = dict(route.hidden)
    if place == "path":
        given = {name: value if _is_id(was) else was for name, was in given.items()}
    elif route.hidden:
        given = dict(who.own.get(route.name, route.hidden))
    url = route.url(who.firm, given)
    headers: dict[str, str] = {}
    body, kind = b"", "application/x-www-form-urlencoded"
    if route.door == Door.API:
        headers, kind = {"If-Match": "*"}, "application/json"
        operation = _document()["paths"][route.template.removeprefix("/api/v1")][route.method.lower()]
        content = operation.get("requestBody", {}).get("content", {})
        schema = next(iter(content.values()), {}).get("schema", {"type": "object"})
        body = json.dumps(filled_in(schema, value if place == "body" else "x")).encode()
    elif route.method == "POST":
        body = urlencode(_posted(setting, who, url, dice, value if place == "body" else None)).encode()
    if place == "query":
        names = dice.sample(PARAMETERS, 3)
        url = f"{url}?{urlencode([(name, value) for name in names])}"
    if place == "header":
        name = dice.choice(HEADERS)
        headers[name] = {
            "Referer": f"http://testserver/w/acme/clients/{value}/",
            "HX-Current-URL": f"http://testserver/w/acme/clients/{value}/",
            "HX-Target": f"x#{value}",
            "Cookie": f"client={value}; firm={value}",
        }.get(name, value)
    return url, Sent(body, kind, headers)


def _posted(
    setting: Setting, who: Intruder, url: str, dice: Random, value: str | None
) -> list[tuple[str, str]]:
    """A form of that address as it was shown, with the id in one of its fields; where none was shown, in many."""
    shown = setting.forms.get(f"{who.name} {url}", [])
    if not shown:
        return [(name, value or "x") for name in (*PARAMETERS, "reason", "name", "ids", "seen", "rows")]
    form = dice.choice(shown)
    sent = [(one.name, one.value) for one in form.fields if one.kind not in ("checkbox", "radio") or one.on]
    sent += form.pressed
    if value is not None and form.fields:
        chosen = dice.choice([one for one in form.fields if not one.is_text] or form.fields)
        sent = [pair for pair in sent if pair[0] != chosen.name] + [(chosen.name, value)]
    return sent


def learn_forms(setting: Setting, prober: Prober) -> None:
    """Look at every page that somebody may open, and keep its forms by the address they are sent to."""
    for who in setting.intruders:
        if who.door == Door.API or "staff" in who.name or "billing" in who.name or "read_only" in who.name:
            continue
        for route in setting.routes:
            if (
                route.method != "GET"
                or route.door != who.door
                or (route.hidden and route.name not in who.own)
            ):
                continue
            url = route.url(who.firm, who.own.get(route.name, {}))
            with undone():
                response = prober.answer(who, "GET", url, Sent())
            if response.status_code == 200 and "html" in response.get("Content-Type", ""):
                for form in read(response, url, whole=False).forms:
                    if form.method == "post":
                        at = form.action.partition("?")[0]
                        setting.forms.setdefault(f"{who.name} {at}", []).append(form)


# --- what comes of it


@dataclass
class Findings:
    """How many requests were made, what was answered, and what was found."""

    requests: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def add(self, more: "Findings") -> None:
        self.requests += more.requests
        self.answers.update(more.answers)
        self.leaks += more.leaks
        self.faults += more.faults


def probe(
    setting: Setting,
    prober: Prober,
    combination: tuple[Intruder, Route, str],
    seed: int,
    found: Findings,
) -> None:
    """One request twice: with an id of something hidden, and with one of nothing."""
    who, route, place = combination
    dice = Random(seed)
    real = next((str(value) for value in route.hidden.values() if _is_id(value)), None)
    if place != "path" or real is None or real not in who.ids or dice.random() < 0.2:
        real = dice.choice([one for one in setting.targets if one in who.ids])
    seen = []
    for value in (real, str(uuid4())):
        url, sent = request_of(setting, who, route, place, Random(seed), value)
        with undone():
            response = prober.answer(who, route.method, url, sent)
            found.requests += 1
            found.answers[response.status_code] += 1
            row = f"{who.name}, {route.method} {url} by {place}: {response.status_code}"
            if route.method != "GET" and response.status_code < 400 and state_of_hidden() != setting.before:
                found.leaks.append(f"{row}, and something hidden has changed")
        if response.status_code >= 500:
            found.faults.append(row)
        found.leaks += [f"{row}: {what}" for what in shown(who, response, f"{url} {sent}")]
        seen.append(alike(response))
    if seen[0] != seen[1]:
        found.leaks.append(f"{row}: told apart, {apart(*seen)}")


def apart(one: tuple[Any, ...], other: tuple[Any, ...]) -> str:
    """Where two answers differ first."""
    for left, right in zip(one, other, strict=True):
        if isinstance(left, str) and left != right:
            at = next((n for n, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]), 0)
            return f"{left[max(0, at - 60) : at + 60]!r} and {right[max(0, at - 60) : at + 60]!r}"
        if left != right:
            return f"{left} and {right}"
    return "nothing"


def shown(who: Intruder, response: HttpResponse, asked: str) -> list[str]:
    """Ids and words of what is hidden that stand in an answer, and not in the question."""
    text = response.content.decode(errors="replace") + "".join(
        f"\n{value}" for value in response.headers.values()
    )
    ids = {one for one in ID.findall(text) if one in who.ids and one not in asked}
    words = [text[max(0, at - 40) : at + 60] for word in who.words for at in [text.find(word)] if at >= 0]
    return [f"shows {one}, a {who.ids[one]}" for one in sorted(ids)] + [f"says {word!r}" for word in words]


@cache
def _counting() -> str:
    """How much hangs on a client, and when it was changed last, in the tables that name it."""
    tables = [
        model._meta.db_table
        for model in firm_models()
        if model.client_path in ("client_id", "id") and model._meta.app_label != "ledger"
    ]
    return " UNION ALL ".join(
        f"SELECT '{table}', count(*), max(updated_at) FROM \"{table}\" WHERE {column} = %(client)s"
        for table in tables
        for column in (["id"] if table == "clients_client" else ["client_id"])
    )


def state_of_hidden() -> tuple[object, ...]:
    """What hangs on the client now, as far as it can be counted in one question."""
    with connection.cursor() as cursor:
        cursor.execute(_counting(), {"client": carlas_bakery().pk})
        return tuple(sorted(map(str, cursor.fetchall())))


def run(setting: Setting, prober: Prober, *, seed: int, requests: int) -> Findings:
    """As many requests as asked for, over all combinations in an order that the seed decides; nothing of them stays."""
    dice = Random(seed)
    order = setting.combinations()
    dice.shuffle(order)
    found = Findings()
    with undone_in_acme():
        setting.before = state_of_hidden()
        for number, combination in enumerate(cycle(order)):
            if found.requests >= requests:
                break
            probe(setting, prober, combination, seed * 1_000_003 + number, found)
    return found
