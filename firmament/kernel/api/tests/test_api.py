"""The API's conventions, one after another."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest
from django.test import Client

from firmament.kernel.api.tests.addresses import TEAM, TeamOut, api
from firmament.kernel.identity.actions import issue_token, revoke_token
from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.web import throttles

pytestmark = pytest.mark.urls("firmament.kernel.api.tests.addresses")

URL = "/api/v1/teams"


class Program(Client):
    """A program with a token."""

    def __init__(self, secret: str = "") -> None:
        super().__init__(headers={"Authorization": f"Bearer {secret}"} if secret else {})

    def send(self, method: str, url: str, body: object = None, **headers: str):
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.generic(method, url, data, content_type="application/json", headers=headers)


@pytest.fixture
def token(alice):
    return issue_token(alice, name="Sync", scopes=["policies.*"], expires_at=None)


@pytest.fixture
def program(token):
    return Program(token[1])


def problem_of(answer):
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["request_id"] == answer["X-Request-ID"]
    return body


@pytest.mark.parametrize(
    "header", ["", "Bearer nonsense", "Basic YTpi", f"Bearer fmt_{'x' * 43}", "Bearer fmt_é"]
)
def test_without_a_valid_token_nobody_enters(acme, header):
    answer = Client(headers={"Authorization": header}).get(URL)

    assert problem_of(answer)["code"] == "token_invalid"
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_token_is_refused_at_the_next_request(program, token, alice):
    assert program.get(URL).status_code == 200

    revoke_token(alice, token[0])

    assert program.get(URL).status_code == 401


def test_a_token_does_no_more_than_its_scopes(alice):
    reader = Program(issue_token(alice, name="Reader", scopes=["policies.read"], expires_at=None)[1])

    answer = reader.send("POST", URL, {"name": "Tax"})

    assert answer.status_code == 403
    assert problem_of(answer)["code"] == "denied"
    assert not Team.objects.exists()


def test_a_list_is_read_page_by_page_and_stands_still_while_rows_come(program):
    for name in ("B", "D", "F", "H"):
        Team.objects.create(name=name)
    first = program.get(f"{URL}?limit=2").json()
    Team.objects.create(name="A")
    second = program.get(f"{URL}?limit=2&cursor={first['next']}").json()

    assert [t["name"] for t in first["items"]] == ["B", "D"]
    assert [t["name"] for t in second["items"]] == ["F", "H"]
    assert second["next"] is None


def test_both_ways_of_making_a_page_agree(program):
    for name in ("B", "Ä & <b>", 'quote " and \\', "日本"):
        Team.objects.create(name=name)

    shaped = [TeamOut.model_validate(t) for t in program.get(URL).json()["items"]]
    dumped = [TeamOut.model_validate(t) for t in program.get(f"{URL}/dumped").json()["items"]]

    assert shaped == dumped
    assert len(shaped) == 4


def test_the_shape_says_what_its_schema_says(program):
    team = Team.objects.create(name="Tax")

    found = TeamOut.model_validate_json(Team.objects.values_list(TEAM.text(), flat=True).get())

    assert found == TeamOut.model_validate(team)


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "cursor=abc", "cursor=%00", "sort=password", "nosuch=1", "limit="],
)
def test_a_parameter_that_makes_no_sense_is_refused_by_its_name(program, query):
    answer = program.get(f"{URL}?{query}")

    assert answer.status_code == 422
    assert problem_of(answer)["errors"][0]["path"].startswith(f"query/{query.partition('=')[0]}")


def test_a_cursor_for_another_order_is_refused(program):
    for name in "ABC":
        Team.objects.create(name=name)
    cursor = program.get(f"{URL}?limit=1").json()["next"]

    assert program.get(f"{URL}?limit=1&sort=-name&cursor={cursor}").status_code == 422


def test_a_foreign_a_missing_and_an_impossible_id_are_the_same_404(program, globex, in_firm):
    with in_firm(globex):
        foreign = Team.objects.create(name="Tax")
    answers = [program.get(f"{URL}/{pk}") for pk in (foreign.pk, uuid4(), "nonsense", "1%00")]

    bodies = [{**problem_of(a), "request_id": ""} for a in answers]
    assert [a.status_code for a in answers] == [404] * 4
    assert bodies == [bodies[0]] * 4


def test_a_team_is_made_and_found(program):
    made = program.send("POST", URL, {"name": "Tax"})
    found = program.get(made["Location"])

    assert made.status_code == 201
    assert found.json() == made.json()
    assert found["ETag"] == made["ETag"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed_json"),
        (b"", 422, "invalid"),
        (b"\xff\xfe", 400, "malformed_json"),
        (b'{"name": NaN}', 400, "malformed_json"),
        (b'{"name": 1e999}', 400, "malformed_json"),
        (b'{"name": ' + b"9" * 5000 + b"}", 400, "malformed_json"),
        (b'{"name": "a", "name": "b"}', 400, "duplicate_key"),
        (b'{"name": "a\\u0000b"}', 422, "text_not_storable"),
        (b'{"name": "\\ud800"}', 422, "text_not_storable"),
        (b'{"\\udc00": 1}', 422, "text_not_storable"),
        (b"[" * 33 + b"]" * 33, 400, "too_deep"),
        (b"[" * 100_000, 400, "too_deep"),
        (b'{"name": "Tax", "firm_id": "x"}', 422, "invalid"),
        (b'{"name": {"a": 1}}', 422, "invalid"),
        (b'{"name": ""}', 422, "invalid"),
        (b"[]", 422, "invalid"),
        (b"null", 422, "invalid"),
        (b'"text"', 422, "invalid"),
        (b'{"name": "' + b"x" * 81 + b'"}', 422, "invalid"),
        (b'{"name": "' + b"x" * 1_000_001 + b'"}', 413, "too_large"),
    ],
)
def test_a_bad_body_is_refused_and_nothing_made(program, body, status, code):
    answer = program.send("POST", URL, body)

    assert (answer.status_code, problem_of(answer)["code"]) == (status, code)
    assert not Team.objects.exists()


def test_errors_name_the_field(program):
    answer = program.send("POST", URL, {"name": "", "extra": 1})

    assert [(e["path"], e["code"]) for e in problem_of(answer)["errors"]] == [
        ("/name", "string_too_short"),
        ("/extra", "extra_forbidden"),
    ]


def test_another_content_type_is_refused(program):
    answer = program.generic("POST", URL, b"name=Tax", content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 415


def test_a_method_that_is_not_offered_says_which_are(program):
    answer = program.send("DELETE", URL)

    assert problem_of(answer)["code"] == "method_not_allowed"
    assert answer["Allow"] == "GET, HEAD, POST"


def test_head_is_get_without_the_body(program):
    answer = program.head(URL)

    assert (answer.status_code, answer.content) == (200, b"")


def test_an_unknown_path_is_a_problem_too(program):
    assert problem_of(program.get("/api/v1/nothing/here"))["code"] == "not_found"


def test_a_constraint_is_a_conflict(program):
    Team.objects.create(name="Tax")

    answer = program.send("POST", URL, {"name": "Tax"})

    assert (answer.status_code, problem_of(answer)["code"]) == (409, "conflict")


def test_a_number_that_the_database_cannot_hold_is_refused(program):
    assert program.send("POST", f"{URL}/overflow", {"level": 2**31}).status_code == 422
    assert problem_of(program.send("POST", f"{URL}/overflow", {"level": 2**30}))["code"] == "out_of_range"


def test_a_crash_tells_nothing_and_is_recorded(program, ledger):
    program.raise_request_exception = False

    answer = program.get(f"{URL}/crash")

    assert problem_of(answer)["code"] == "internal_error"
    assert b"Zero" not in answer.content
    assert ledger.codes() == ["ledger.request_failed"]


def test_a_refused_sensitive_power_is_recorded_and_the_rest_rolled_back(program, ledger):
    assert program.send("POST", f"{URL}/forbidden", {"name": "Tax"}).status_code == 403
    assert ledger.codes() == ["ledger.power_denied"]
    assert not Team.objects.exists()


def test_an_update_needs_the_version_that_was_seen(program):
    made = program.send("POST", URL, {"name": "Tax"})
    url, seen = made["Location"], made["ETag"]

    without = program.send("PATCH", url, {"name": "Audit"})
    stale = program.send("PATCH", url, {"name": "Audit"}, **{"If-Match": '"1"'})
    Team.objects.update(updated_at="2020-01-01T00:00:00Z")
    moved = program.send("PATCH", url, {"name": "Audit"}, **{"If-Match": seen})
    fresh = program.send("PATCH", url, {"name": "Audit"}, **{"If-Match": moved["ETag"]})

    assert [a.status_code for a in (without, stale, moved, fresh)] == [428, 412, 412, 200]
    assert fresh["ETag"] != moved["ETag"]
    assert Team.objects.get().name == "Audit"


def test_a_keyed_write_happens_once_and_is_answered_byte_for_byte(program):
    first = program.send("POST", URL, {"name": "Tax"}, **{"Idempotency-Key": "a-1"})
    again = program.send("POST", URL, {"name": "Tax"}, **{"Idempotency-Key": "a-1"})

    assert Team.objects.count() == 1
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert [again[name] for name in ("Content-Type", "ETag", "Location")] == [
        first[name] for name in ("Content-Type", "ETag", "Location")
    ]


def test_a_key_used_for_another_request_is_refused(program):
    program.send("POST", URL, {"name": "Tax"}, **{"Idempotency-Key": "a-1"})

    answer = program.send("POST", URL, {"name": "Audit"}, **{"Idempotency-Key": "a-1"})

    assert (answer.status_code, problem_of(answer)["code"]) == (422, "idempotency_key_reused")
    assert Team.objects.count() == 1


def test_a_keyed_write_that_failed_may_be_tried_again(program):
    failed = program.send("POST", URL, {"name": ""}, **{"Idempotency-Key": "a-1"})
    mended = program.send("POST", URL, {"name": "Tax"}, **{"Idempotency-Key": "a-1"})

    assert (failed.status_code, mended.status_code) == (422, 201)


def test_the_same_key_in_two_firms_never_meets(program, globex, in_firm, gina):
    with in_firm(globex):
        other = Program(issue_token(gina, name="Sync", scopes=["policies.*"], expires_at=None)[1])
    program.send("POST", URL, {"name": "Tax"}, **{"Idempotency-Key": "a-1"})
    answer = other.send("POST", URL, {"name": "Audit"}, **{"Idempotency-Key": "a-1"})

    assert answer.status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 256])
def test_a_key_that_is_none_is_refused(program, key):
    answer = program.send("POST", URL, {"name": "Tax"}, **{"Idempotency-Key": key})

    assert answer.status_code == 400


def test_who_asks_too_often_waits(program, monkeypatch):
    monkeypatch.setattr(throttles, "PER_TOKEN", replace(throttles.PER_TOKEN, burst=3, per_second=0.01))

    answers = [program.get(URL) for _ in range(4)]

    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert [a["RateLimit-Remaining"] for a in answers] == ["2", "1", "0", "0"]
    assert int(answers[3]["Retry-After"]) > 50


def test_a_firm_has_a_limit_of_its_own(program, alice, monkeypatch):
    monkeypatch.setattr(throttles, "PER_FIRM", replace(throttles.PER_FIRM, burst=2, per_second=0.01))
    other = Program(issue_token(alice, name="Other", scopes=["policies.*"], expires_at=None)[1])

    assert [p.get(URL).status_code for p in (program, other, program)] == [200, 200, 429]


def test_a_suspended_firm_can_be_read_and_a_canceled_one_is_gone(program, acme):
    Firm.objects.filter(pk=acme.pk).update(state="suspended")
    assert program.get(URL).status_code == 200
    assert program.send("POST", URL, {"name": "Tax"}).status_code == 403

    Firm.objects.filter(pk=acme.pk).update(state="canceled")
    assert program.get(URL).status_code == 401


def test_the_document_knows_every_answer_the_tests_above_met():
    document = api.get_openapi_schema(path_prefix="/api/v1/")
    post = document["paths"]["/api/v1/teams"]["post"]["responses"]
    patch = document["paths"]["/api/v1/teams/{pk}"]["patch"]["responses"]

    assert {"201", "400", "401", "403", "409", "413", "415", "422", "429", "500", "503"} <= set(post)
    assert {"404", "412", "428"} <= set(patch)
    assert document["openapi"].startswith("3.1")


def test_a_list_costs_the_same_for_one_and_for_twenty(program, queries):
    Team.objects.create(name="A")
    program.get(URL)
    with queries() as one:
        program.get(URL)
    for number in range(19):
        Team.objects.create(name=f"T{number}")

    with queries() as twenty:
        program.get(URL)

    assert twenty.count == one.count <= 5
