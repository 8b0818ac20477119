"""The document of the API: what ninja says of each operation, and every answer the house itself may give."""

from collections.abc import Mapping
from typing import Any

from ninja.operation import Operation

from firmament.kernel.api.operations import Declared, declared_by
from firmament.kernel.api.parsing import MAX_BYTES
from firmament.kernel.api.schemas import ProblemOut
from firmament.kernel.web.problems import MEDIA_TYPE, TITLES

DESCRIPTION = """\
The token names the firm. Lists are paged by cursor (`limit`, `cursor`, `sort`) and stay in step while rows come and
go. Errors are problem documents (RFC 9457) with a stable `code`. Writes accept `Idempotency-Key`: sent again within
two days with the same body, they happen once and are answered as the first time. Updates need `If-Match` with the
`ETag` of the version you saw. An id of another firm and one that does not exist get the same 404.
"""

_RATE_HEADERS = {
    name: {"description": text, "schema": schema}
    for name, text, schema in (
        ("RateLimit-Limit", "Requests the bucket holds.", {"type": "integer"}),
        ("RateLimit-Remaining", "Requests left now.", {"type": "integer"}),
        ("RateLimit-Reset", "Seconds until the bucket is full.", {"type": "integer"}),
        ("RateLimit-Policy", "Quota `q` and window `w` in seconds.", {"type": "string"}),
    )
}
_RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "1 to 255 visible ASCII characters; makes it safe to send the request again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag of the version you saw, or `*`.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}


def complete(document: dict[str, Any], operations: Mapping[str, Operation]) -> None:
    """Add, in place, the answers, headers and security that belong to every operation."""
    schemas = document["components"].setdefault("schemas", {})
    problem = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    document["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "An API token: `fmt_…`"}
    }
    document.pop("servers", None)
    for methods in document["paths"].values():
        for method, described in methods.items():
            op = operations[described["operationId"]]
            declared = declared_by(op)
            assert declared is not None
            _complete_one(described, method, op, declared)
    _forbid_nul(document)


def _complete_one(described: dict[str, Any], method: str, op: Operation, declared: Declared) -> None:
    described["description"] = (
        f"{described.get('description', '').strip()}\n\nPower: `{declared.entrance.power}`".strip()
    )
    parameters = described.setdefault("parameters", [])
    if method != "get":
        parameters.append(_KEY)
    if declared.if_match:
        parameters.append(_IF_MATCH)
    answers: dict[Any, Any] = described["responses"]
    for answer in answers.values():
        answer.setdefault("headers", {}).update(_RATE_HEADERS)
    for status in sorted(_statuses(method, op, declared)):
        if status not in answers:
            text = (declared.problems or {}).get(status) or TITLES[status]
            answers[status] = _answer(status, text)
    described["responses"] = {str(status): answers[status] for status in sorted(answers)}


def _statuses(method: str, op: Operation, declared: Declared) -> set[int]:
    found = {400, 401, 403, 422, 429, 500, 503, *(declared.problems or {})}
    if any(model.__ninja_param_source__ == "path" for model in op.models):
        found.add(404)
    if method != "get":
        found |= {409}
    if any(model.__ninja_param_source__ == "body" for model in op.models):
        found |= {413, 415}
    if declared.if_match:
        found |= {412, 428}
    return found


def _answer(status: int, text: str) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": text,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status == 401:
        answer["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    if status in (429, 503):
        answer["headers"] = dict(_RETRY)
    if status == 413:
        answer["description"] = f"{text} (more than {MAX_BYTES} bytes)"
    return answer


def _forbid_nul(document: dict[str, Any]) -> None:
    """Free text may hold anything but U+0000, which PostgreSQL cannot store; say so where it comes in."""
    for methods in document["paths"].values():
        for described in methods.values():
            for content in described.get("requestBody", {}).get("content", {}).values():
                _forbid_in(content["schema"], document["components"]["schemas"], set())
            for parameter in described.get("parameters", ()):
                if parameter["in"] == "query":
                    _forbid_in(parameter["schema"], document["components"]["schemas"], set())


def _forbid_in(schema: dict[str, Any], schemas: dict[str, Any], seen: set[str]) -> None:
    name = schema.get("$ref", "").rpartition("/")[2]
    if name and name not in seen:
        _forbid_in(schemas[name], schemas, seen | {name})
    if schema.get("type") == "string" and not {"enum", "const", "format", "pattern"} & set(schema):
        schema["pattern"] = "^[^\\u0000]*$"
    for key in ("anyOf", "oneOf", "allOf"):
        for part in schema.get(key, ()):
            _forbid_in(part, schemas, seen)
    for part in schema.get("properties", {}).values():
        _forbid_in(part, schemas, seen)
    if isinstance(schema.get("items"), dict):
        _forbid_in(schema["items"], schemas, seen)
