"""A name for every request, in its answer, in every log line and in the ledger."""

import re
from collections.abc import Callable

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from firmament.kernel.tenancy.ambient import request_id as ledger_request_id
from firmament.lib.ids import uuid7

HEADER = "X-Request-ID"
# What a proxy may hand us. Anything else could break a log line or a header.
_GIVEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}\Z")


class RequestIdMiddleware:
    """Takes the caller's request id where it is well-formed, makes one otherwise. Stands outermost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        name = given if _GIVEN.match(given) else uuid7().hex
        request.request_id = name  # type: ignore[attr-defined]  # carried to error pages and the ledger
        token = ledger_request_id.set(name)
        # Threads are reused: what the last request bound must not stand in this one's lines.
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=name)
        try:
            response = self.get_response(request)
        finally:
            ledger_request_id.reset(token)
        response.headers[HEADER] = name
        return response


def request_id_of(request: HttpRequest) -> str:
    """This request's name; empty where the middleware did not run."""
    return getattr(request, "request_id", "")
