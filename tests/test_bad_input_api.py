"""Whatever is sent to the API: stored as sent, or a clear answer with a stable code. Nothing breaks.

Operations, members and parameters are read from the API's own document, so new rooms are covered by themselves.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from firmament.kernel.api.instance import api
from firmament.kernel.api.parsing import MAX_BYTES
from firmament.kernel.identity.actions import issue_token
from firmament.kernel.policies.powers import declarations
from firmament.kernel.tenancy.law import firm_models
from firmament.kernel.web import throttles
from firmament.lib.text import is_storable
from firmament.modules.clients.tests.factories import carlas_bakery
from tests.counting import how_much
from tests.filling import OURS
from tests.walking import examples

assert get_resolver().url_patterns  # the rooms are mounted when the addresses are read
# Nearly everything is refused there, and each refusal costs a second request: dealt out among all operations.
REFUSING = {"email", "country"}
DOCUMENT = api.get_openapi_schema(path_prefix="")
SCHEMAS = DOCUMENT["components"]["schemas"]

TIDIED = re.compile("/(tags|folders|teams|roles)")


class Operation:
    """One operation of the document."""

    def __init__(self, path: str, method: str, described: dict[str, Any]) -> None:
        self.path, self.method, self.described = path, method, described
        body = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        self.body = resolved(body) if body else None

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def writes(self) -> bool:
        return self.method != "get"

    def parameters(self, place: str) -> list[dict[str, Any]]:
        return [p for p in self.described.get("parameters", ()) if p["in"] == place]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with its references followed, one step deep."""
    return SCHEMAS[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def branches(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """A schema's alternatives, each followed."""
    return [resolved(part) for part in schema.get("anyOf", [schema])]


OPERATIONS = [
    Operation(path, method, described)
    for path, methods in sorted(DOCUMENT["paths"].items())
    for method, described in methods.items()
]
WITH_BODY = [operation for operation in OPERATIONS if operation.body is not None]


@pytest.fixture
def ask(ada, alice, monkeypatch):
    """Send a request as the administrator's program, whom no missing power stops; everything it did is undone, unless the block wants to look."""
    for name in ("PER_TOKEN", "PER_FIRM"):
        bucket = getattr(throttles, name)
        monkeypatch.setattr(throttles, name, replace(bucket, burst=10**9, per_second=10.0**9))
    rooms = sorted({declared.room for declared in declarations()})
    secret = issue_token(ada, name="Bad input", scopes=[f"{room}.*" for room in rooms], expires_at=None)[1]
    made = {head: example(alice) for head, example in examples("API_EXAMPLES").items()}
    browser = Client()

    def send(
        operation: Operation, body: Any = None, *, query: str = "", raw: bytes | None = None, **headers: str
    ):
        head = operation.path.partition("{")[0]
        path = operation.path
        if "{" in path:
            path = path.replace("{pk}", str(next(iter(made[head].values()))))
            for parameter in operation.parameters("path"):
                name, choices = parameter["name"], parameter["schema"].get("enum", [""])
                path = path.replace("{" + name + "}", str(made[head].get(name, choices[0])))
        sent = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {secret}", "If-Match": "*", **headers}
        kind = given.pop("Content-Type", "application/json")
        return browser.generic(
            operation.method.upper(),
            f"/api/v1{path}{query}",
            sent,
            content_type=kind,
            headers={name: value for name, value in given.items() if value},
        )

    return send


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens in it has not happened."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def problem(response, operation: Operation) -> dict[str, Any]:
    """A refusal, which the document announces and a program can read."""
    assert 400 <= response.status_code < 500, (operation.name, response.status_code, response.content)
    assert response["Content-Type"] == "application/problem+json"
    said = json.loads(response.content)
    assert said["status"] == response.status_code and re.fullmatch(r"[a-z_]+", said["code"]), said
    assert str(response.status_code) in operation.described["responses"], (operation.name, said)
    for error in said.get("errors", ()):
        assert {"path", "code", "message"} <= set(error)
    return said


def sample(schema: dict[str, Any], name: str) -> Any:
    """Something harmless that fits."""
    schema = branches(schema)[0]
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "string" if schema.get("format") == "uuid":
            return str(examples_of(name))
        case "string" if schema.get("format") == "date":
            return "2030-01-31"
        case "string" if schema.get("format") == "email":
            return "plain@nowhere.example"
        case "string":
            return (
                ""
                if "pattern" in schema and "u0000" not in schema["pattern"]
                else f"Plain {name}"[: schema.get("maxLength", 99)]
            )
        case "integer" | "number":
            return max(schema.get("minimum", 1), 1)
        case "boolean":
            return True
        case "array":
            return [sample(schema["items"], name)]
        case _:
            return filled(schema)


def filled(schema: dict[str, Any]) -> dict[str, Any]:
    """A whole body: what is needed, and every text."""
    needed = set(schema.get("required", ()))
    return {
        name: sample(part, name)
        for name, part in schema.get("properties", {}).items()
        if name in needed or is_text(part)
    }


def examples_of(name: str) -> object:
    """An id that a member of this name may hold."""
    return carlas_bakery().pk if name == "client_id" else uuid4()


def is_text(schema: dict[str, Any]) -> bool:
    """Whether somebody may write there what they like."""
    return any(
        part.get("type") == "string"
        and not {"enum", "const"} & set(part)
        and part.get("format") in (None, "email")
        for part in branches(schema)
    )


def texts(schema: dict[str, Any], at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of a body where text may stand."""
    for name, part in schema.get("properties", {}).items():
        part = branches(part)[0]
        if is_text(part):
            yield (*at, name)
        elif part.get("type") == "array" and "properties" in (inner := resolved(part["items"])):
            yield from texts(inner, (*at, name, 0))


def put(body: Any, place: tuple[Any, ...], value: Any) -> None:
    for step in place[:-1]:
        body = body[step]
    body[place[-1]] = value


def test_every_text_member_takes_every_string(ask, cases) -> None:
    """Stored and given back as sent, or refused by the member's own pointer."""
    strings = list(dict.fromkeys([*json.loads((cases("strings") / "blns.json").read_text()), *OURS]))
    ends: Counter[str] = Counter()
    # A reason is asked for at many operations: the strings are dealt out among those that ask the same.
    alike: dict[tuple[Any, ...], list[Operation]] = defaultdict(list)
    for operation in WITH_BODY:
        alike[tuple(texts(operation.body))].append(operation)
    picky = [places for places in alike if any(place[-1] in REFUSING for place in places)]
    for places, operations in alike.items():
        for k in range(len(strings)):
            operation = operations[k % len(operations)]
            turn = places in picky and k % len(picky) == picky.index(places)
            tried = [place for place in places if turn or place[-1] not in REFUSING]
            body = filled(operation.body)
            for i, place in enumerate(tried):
                put(body, place, strings[(k + 37 * i) % len(strings)])
            ends += settled(ask, operation, body, tried)

    members = sum(len(list(texts(operation.body))) for operation in WITH_BODY)
    print(f"{len(WITH_BODY)} operations, {members} members, {len(strings)} strings: {dict(ends)}")
    assert members >= 30
    assert ends["stored"] > 10 * len(strings)


def settled(ask, operation: Operation, body: dict[str, Any], places: list[tuple[Any, ...]]) -> Counter[str]:
    """Send; put something plain for what is refused, until the rest is taken."""
    ends: Counter[str] = Counter()
    left = list(places)
    while True:
        with undone():
            answer = ask(operation, body)
            if answer.status_code < 300:
                given = json.loads(answer.content)
                for place in left:
                    if len(place) == 1 and place[0] in given:
                        sent = body[place[0]]
                        # Names of tags, folders, teams and roles lose spare blanks, so that none stands twice.
                        tidied = (
                            {sent.strip(), " ".join(sent.split())} if TIDIED.search(operation.name) else set()
                        )
                        assert given[place[0]] in {sent, *tidied}, (operation.name, place)
                    ends["stored"] += 1
                return ends
            said = problem(answer, operation)
        pointers = {error["path"] for error in said.get("errors", ())}
        bad = [place for place in left if "/" + "/".join(map(str, place)) in pointers]
        if not bad:
            # A text that cannot be kept at all, or a step that the thing's own state does not allow.
            bad = [p for p in left if not storable(body, p)] or left
        for place in bad:
            put(body, place, plain_at(operation.body, place))
        left = [place for place in left if place not in bad]
        ends["refused"] += len(bad)
        if not left:
            return ends


def storable(body: Any, place: tuple[Any, ...]) -> bool:
    for step in place:
        body = body[step]
    return is_storable(body)


def plain_at(schema: dict[str, Any], place: tuple[Any, ...]) -> Any:
    body: Any = filled(schema)
    for step in place:
        body = body[step]
    return body


DEEP = 100_000
NOT_JSON: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 422),
    "a blank": (b" ", 400),
    "cut": (b'{"name": "x', 400),
    "two": (b"{} {}", 400),
    "a comma more": (b'{"name": "x",}', 400),
    "single quotes": (b"{'name': 'x'}", 400),
    "NaN": (b'{"name": NaN}', 400),
    "Infinity": (b'{"name": -Infinity}', 400),
    "beyond a float": (b'{"name": 1e999}', 400),
    "a number of 100,000 digits": (b'{"name": ' + b"9" * 100_000 + b"}", 400),
    "a name twice": (b'{"name": "x", "name": "y"}', 400),
    "a name twice, escaped": (b'{"name": "x", "n\\u0061me": "y"}', 400),
    "not UTF-8": (b'{"name": "\xff\xfe"}', 400),
    "UTF-16": ('{"name": "x"}'.encode("utf-16"), 400),
    "a mark before it": (b"\xef\xbb\xbf{}", 400),
    "lists in lists": (b"[" * DEEP + b"]" * DEEP, 400),
    "objects in objects": (b'{"a":' * 40 + b"1" + b"}" * 40, 400),
    "NUL": (b'{"name": "a\\u0000b"}', 422),
    "NUL in a name": (b'{"a\\u0000b": 1}', 422),
    "half a pair": (b'{"name": "\\ud800"}', 422),
    "a raw NUL": (b'{"name": "a\x00b"}', 400),
    "a list": (b"[]", 422),
    "a text": (b'"x"', 422),
    "a number": (b"1", 422),
    "null": (b"null", 422),
    "too much": (b'{"name": "' + b"x" * MAX_BYTES + b'"}', 413),
    "far too much": (b" " * 3_000_000, 413),
}


@pytest.mark.parametrize("what", NOT_JSON)
def test_what_is_no_body_is_refused_and_nothing_is_made(what, ask) -> None:
    raw, status = NOT_JSON[what]
    before = how_much(refusals=True)
    for operation in WITH_BODY:
        with undone():
            answer = ask(operation, raw=raw)
            said = problem(answer, operation)
            assert answer.status_code == status, (operation.name, said)
            assert how_much(refusals=True) == before


WRONG: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    0.5,
    2**31,
    2**63,
    10**400,
    1e308,
    "",
    "x",
    "0",
    "1",
    "yes",
    1,
    1.0,
    "2030-02-30",
    "9999999-01-01",
    "not-a-uuid",
    "00000000-0000-0000-0000-000000000000",
    "x" * 500_000,
    [],
    [[]],
    ["x"] * 1000,
    {},
    {"id": 1},
    {"$ne": None},
)


def test_every_member_refuses_what_is_of_another_kind(ask) -> None:
    sent = 0
    for operation in WITH_BODY:
        for name, part in operation.body["properties"].items():
            for value in WRONG:
                with undone():
                    answer = ask(operation, {**filled(operation.body), name: value})
                    sent += 1
                    if answer.status_code >= 300:
                        problem(answer, operation)
                    else:
                        assert fits(part, value), (operation.name, name, value)

    print(f"{sent} bodies with one wrong value")
    assert sent > 1_500


def fits(schema: dict[str, Any], value: Any) -> bool:
    """Whether the document allows it, as far as its kind goes."""
    kinds = {
        "string": str,
        "integer": int,
        "number": int | float,
        "boolean": bool,
        "array": list,
        "object": dict,
        "null": type(None),
    }
    return any(
        isinstance(value, kinds[part.get("type", "object")])
        and (not isinstance(value, bool) or part["type"] == "boolean")
        for part in branches(schema)
    )


def forbidden_members(known: set[str]) -> list[str]:
    """Everything that any table of a firm holds, and what other languages' objects hang on."""
    columns = {
        name
        for model in firm_models()
        for f in model._meta.get_fields()
        for name in (f.name, getattr(f, "attname", f.name))
    }
    tricks = {
        "__proto__",
        "constructor",
        "prototype",
        "__class__",
        "firm.id",
        "firm__id",
        "$where",
        "name ",
        "Name",
        "role",
        "roles",
        "price",
        "is_superuser",
        "",
        " ",
        "a" * 300,
        "\u202e",
    }
    return sorted((columns | tricks) - known)


def test_no_member_is_set_that_the_document_does_not_offer(ask) -> None:
    """Each is refused by its own pointer, all at once; nothing is made, and nothing is leaked."""
    tried = 0
    before = how_much(refusals=True)
    for operation in WITH_BODY:
        extra = forbidden_members(set(operation.body["properties"]))
        with undone():
            answer = ask(operation, {**filled(operation.body), **dict.fromkeys(extra, "x")})
            said = problem(answer, operation)
            assert answer.status_code == 422, (operation.name, said)
            named = {error["path"] for error in said["errors"] if error["code"] == "extra_forbidden"}
            assert named == {"/" + name.replace("~", "~0").replace("/", "~1") for name in extra}
            assert how_much(refusals=True) == before
        tried += len(extra)

    print(f"{tried} members over {len(WITH_BODY)} operations")
    assert tried > 100 * len(WITH_BODY)


def test_no_parameter_is_taken_that_makes_no_sense(ask) -> None:
    sent = 0
    values = [
        "%00",
        "%ff",
        "%ed%a0%80",
        "-1",
        "0",
        "1e9",
        "9" * 400,
        "[]",
        "nan",
        "x" * 6000,
        "'%20OR%201=1--",
        "%F0%9F%92%A9",
    ]
    for operation in OPERATIONS:
        with undone():
            answer = ask(operation, filled(operation.body) if operation.body else None, query="?nosuch=1")
            said = problem(answer, operation)
            assert said["errors"][0]["path"] == "query/nosuch", operation.name
        for parameter in operation.parameters("query"):
            for value in values:
                with undone():
                    answer = ask(operation, query=f"?{parameter['name']}={value}")
                    sent += 1
                    if answer.status_code >= 300:
                        said = problem(answer, operation)
                        assert answer.status_code == 422, (operation.name, parameter["name"], value, said)
                    elif answer["Content-Type"].startswith("application/json"):
                        json.loads(answer.content)

    print(f"{len(OPERATIONS)} operations, {sent} bad parameters")
    assert sent > 200


BAD_TOKENS = (
    "",
    "Bearer",
    "Bearer ",
    "Bearer x",
    "Bearer fmt_",
    "Bearer fmt_" + "A" * 43,
    "Bearer fmt_" + "A" * 100_000,
    "Bearer fmt_" + "\u00e9" * 43,
    "Basic YWxpY2U6eA==",
    "bearer null",
    "Bearer ' OR 1=1 --",
)


def test_no_operation_is_open_to_a_token_that_is_none(ask) -> None:
    before = how_much(refusals=True)
    for operation in OPERATIONS:
        for token in BAD_TOKENS:
            answer = ask(operation, {} if operation.body else None, Authorization=token)
            said = problem(answer, operation)
            assert (answer.status_code, said["code"]) == (401, "token_invalid"), (operation.name, token)
            assert answer["WWW-Authenticate"].startswith("Bearer")
    assert how_much(refusals=True) == before


BAD_KEYS = (" ", "a b", "\u00e9", "x" * 256, "tab\there", "\x7f")
BAD_VERSIONS = ('"0"', 'W/"1"', "x", '""', '"' + "9" * 400 + '"', ", ,", "\u00e9")


def test_every_write_refuses_a_key_or_a_version_that_is_none(ask) -> None:
    before = how_much(refusals=True)
    for operation in filter(lambda one: one.writes, OPERATIONS):
        body = filled(operation.body) if operation.body else None
        for key in BAD_KEYS:
            answer = ask(operation, body, **{"Idempotency-Key": key})
            said = problem(answer, operation)
            assert (answer.status_code, said["code"]) == (400, "idempotency_key"), (operation.name, key)
        if any(p["name"] == "If-Match" for p in operation.parameters("header")):
            assert problem(ask(operation, body, **{"If-Match": ""}), operation)["code"] == "if_match_required"
            for version in BAD_VERSIONS:
                answer = ask(operation, body, **{"If-Match": version})
                assert problem(answer, operation)["code"] == "stale_version", (operation.name, version)
    assert how_much(refusals=True) == before


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/json",
        "application/xml",
    ],
)
def test_every_write_refuses_another_content_type(kind, ask) -> None:
    before = how_much(refusals=True)
    for operation in WITH_BODY:
        answer = ask(operation, filled(operation.body), **{"Content-Type": kind})
        assert (answer.status_code, problem(answer, operation)["code"]) == (415, "content_type"), (
            operation.name
        )
    assert how_much(refusals=True) == before


def test_a_keyed_write_is_answered_the_same_to_the_byte_for_every_operation(ask) -> None:
    """Whatever may be written twice is; what failed may be tried again; the key belongs to its request alone."""
    kept = 0
    for operation in filter(lambda one: one.writes, OPERATIONS):
        body = filled(operation.body) if operation.body else None
        with undone():
            first = ask(operation, body, **{"Idempotency-Key": "one"})
            if first.status_code >= 400:
                problem(first, operation)
                continue
            once = how_much(refusals=True)
            second = ask(operation, body, **{"Idempotency-Key": "one"})
            assert (second.status_code, second.content) == (first.status_code, first.content), operation.name
            assert second["Idempotent-Replayed"] == "true"
            assert how_much(refusals=True) == once
            other = ask(operation, body, query="", **{"Idempotency-Key": "one", "If-Match": '"0"'})
            assert problem(other, operation)["code"] == "idempotency_key_reused"
            kept += 1

    print(f"{kept} operations that write, each twice")
    assert kept >= 10
