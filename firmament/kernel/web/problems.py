"""Answers about what went wrong, for programs (RFC 9457)."""

import json
from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse

from firmament.kernel.web.request_ids import request_id_of

MEDIA_TYPE = "application/problem+json"

# Titles of RFC 9110 statuses that we answer with. A title never depends on the occurrence (RFC 9457 §3.1.3).
TITLES: dict[int, str] = {
    400: "The request could not be read",
    401: "A valid token is needed",
    403: "This token may not do this",
    404: "There is nothing here",
    405: "This method is not offered here",
    409: "The request conflicts with the present state",
    412: "The object has changed meanwhile",
    413: "The request is too large",
    415: "The content type is not supported",
    422: "Some values were not accepted",
    428: "A precondition is required",
    429: "Too many requests",
    500: "Something failed on our side",
    503: "The service is not ready",
}


def problem(
    request: HttpRequest,
    status: int,
    code: str,
    detail: str = "",
    *,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """A problem document: `type`, `title`, `status`, stable `code`, `detail`, `errors` with field paths.

    `errors` items have `path` (a JSON pointer into the body, or "query/…", "header/…"), `code` and `message`.
    Nothing of the inside stands here; the request id is the way to the log.
    """
    body: dict[str, object] = {
        "type": f"urn:firmament:problem:{code}",
        "title": TITLES.get(status, "The request failed"),
        "status": status,
        "code": code,
    }
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = [dict(error) for error in errors]
    body["request_id"] = request_id_of(request)
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"),
        status=status,
        content_type=MEDIA_TYPE,
    )
    response.headers["Cache-Control"] = "no-store"
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response
