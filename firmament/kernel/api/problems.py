"""From what was raised to what is answered: every error of the API is a problem document (RFC 9457)."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, RequestDataTooBig, ValidationError
from django.db import DataError, IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.errors import ValidationError as ParameterError

from firmament.kernel.policies.decide import Denied
from firmament.kernel.versions.actions import Conflict
from firmament.kernel.web.errors import failure_status
from firmament.kernel.web.middleware import note_denied
from firmament.kernel.web.problems import problem

log = logging.getLogger(__name__)

# The code of a status that Django or ninja raised by number.
_CODES = {
    400: "bad_request",
    401: "token_invalid",
    403: "denied",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "content_type",
    429: "too_many_requests",
}


class Problem(Exception):
    """Raise it to end an operation with a problem document."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = headers


def install(api: NinjaAPI) -> None:
    """Give the API its handlers."""
    handlers: dict[type[Exception], Any] = {
        Problem: _raised,
        Denied: _denied,
        Http404: _missing,
        ObjectDoesNotExist: _missing,
        ParameterError: _parameters,
        ValidationError: _values,
        Conflict: _overtaken,
        HttpError: _by_number,
        RequestDataTooBig: _too_large,
        IntegrityError: _conflict,
        DataError: _out_of_range,
        Exception: _unexpected,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _raised(request: HttpRequest, error: Problem) -> HttpResponse:
    return problem(
        request, error.status, error.code, error.detail, errors=error.errors, headers=error.headers
    )


def _denied(request: HttpRequest, error: Denied) -> HttpResponse:
    note_denied(request, error)
    return problem(request, 403, "denied", f"The power {error.power} is missing.")


def _missing(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(request, 404, "not_found")


def _parameters(request: HttpRequest, error: ParameterError) -> HttpResponse:
    found = [
        {"path": _pointer(item["loc"]), "code": str(item["type"]), "message": str(item["msg"])}
        for item in error.errors
    ]
    if any(item["path"].startswith("path/") for item in found):
        # An id that cannot be one names nothing, exactly as one that could be and does not exist.
        return problem(request, 404, "not_found")
    return problem(request, 422, "invalid", errors=found)


def _pointer(where: Sequence[str | int]) -> str:
    """A JSON pointer into the body; "query/limit", "path/pk" or "header/…" for the rest."""
    source, *steps = [str(step) for step in where]
    if source == "body":
        # The first step is the name of our function's parameter, which no caller knows.
        return "/" + "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps[1:])
    return "/".join([source, *steps[-1:]])


def _values(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What a model or an action refused, in its own words."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    found = [
        {"path": "" if name == NON_FIELD_ERRORS else f"/{name}", "code": "refused", "message": str(message)}
        for name, messages in by_field.items()
        for message in messages
    ]
    return problem(request, 422, "invalid", errors=found)


def _overtaken(request: HttpRequest, error: Conflict) -> HttpResponse:
    return problem(request, 409, "conflict", " ".join(error.messages))


def _by_number(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, Problem):
        # ninja wraps whatever the parser raises; ours says more.
        return _raised(request, error.__cause__)
    return problem(request, error.status_code, _CODES.get(error.status_code, "failed"))


def _too_large(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(request, 413, "too_large")


def _conflict(request: HttpRequest, error: IntegrityError) -> HttpResponse:
    log.warning("An operation met a constraint", exc_info=error)
    return problem(request, 409, "conflict", "The change would contradict what is stored.")


def _out_of_range(request: HttpRequest, error: DataError) -> HttpResponse:
    log.warning("A value reached the database that it cannot hold", exc_info=error)
    return problem(request, 422, "out_of_range", "A value is larger than can be stored.")


def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    request.failure_status = failure_status(error)  # type: ignore[attr-defined]  # read by handler500
    raise error
