"""The API under requests made from its own document: never a failure of ours, never an answer it does not announce."""

import os
import re
from collections import Counter
from dataclasses import replace

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.urls import get_resolver
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from firmament.kernel.api.instance import api
from firmament.kernel.identity.actions import issue_token
from firmament.kernel.tenancy.law import firm_models
from firmament.kernel.web import throttles

EXAMPLES = int(os.environ.get("FIRMAMENT_FUZZ", "15"))
SEED = 20
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


@pytest.fixture
def token(alice, monkeypatch):
    for name in ("PER_TOKEN", "PER_FIRM"):
        bucket = getattr(throttles, name)
        monkeypatch.setattr(throttles, name, replace(bucket, burst=10**9, per_second=10.0**9))
    return issue_token(alice, name="Fuzz", scopes=scopes(), expires_at=None)[1]


@pytest.fixture
def one_connection():
    """Requests stay in the test's transaction; as Django's own test client does it."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


def scopes():
    """Everything that any operation asks for: a room that is not among them would answer nothing but 403."""
    assert get_resolver().url_patterns  # the rooms are mounted when the addresses are read
    described = [
        operation["description"]
        for methods in api.get_openapi_schema(path_prefix="")["paths"].values()
        for operation in methods.values()
    ]
    return sorted({f"{room}.*" for text in described for room in re.findall(r"Power: `(\w+)\.", text)})


def ids(path):
    """Ids of what a path is about, by the word before `{pk}`: with random ones hardly a request gets past the 404."""
    word = re.search(r"/(\w+?)s?/\{pk\}", path)
    models = [m for m in firm_models() if word and m._meta.model_name.endswith(word[1])]
    return [str(pk) for model in models for pk in model.objects.values_list("pk", flat=True)[:5]]


def test_no_request_made_from_the_document_breaks_the_api(token, one_connection):
    application = get_wsgi_application()
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    operations = [result.ok() for result in schema.get_all_operations()]
    answers: Counter[int] = Counter()
    for operation in operations:
        answers += fuzz(operation, token)

    # Named, so that a document that lost its operations cannot pass for one that has no faults.
    assert len(operations) >= 30
    print(f"{len(operations)} operations, {answers.total()} requests, seed {SEED}: {sorted(answers.items())}")
    assert answers.total() >= len(operations) * EXAMPLES
    assert {200, 201, 404, 422} <= set(answers)


def fuzz(operation, token, known=None):
    sent = []
    known = ids(operation.path) if known is None else known

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=st.one_of(
            operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE),
            operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE),
        )
        if operation.body or operation.query or operation.path_parameters
        else operation.as_strategy(),
        pick=st.integers(0, 10**6),
    )
    def run(case, pick):
        headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}
        if pick % 4 and known and "pk" in (case.path_parameters or {}):
            case.path_parameters["pk"] = known[pick % len(known)]
            headers |= {"If-Match": "*"} if "If-Match" in headers else {}
        case.headers = headers
        response = case.call()
        sent.append(response.status_code)
        case.validate_response(response, checks=CHECKS)

    run()
    return Counter(sent)
