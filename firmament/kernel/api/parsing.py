"""JSON, taken strictly (RFC 8259, I-JSON RFC 7493): what two readers could read differently is refused."""

import json
import math
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from ninja.parser import Parser

from firmament.kernel.api.problems import Problem

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
MEDIA_TYPES = ("application/json", "")


class StrictParser(Parser):
    """Refuses other content types, bodies beyond the limits, duplicate keys, NaN, NUL and lone surrogates."""

    def parse_body(self, request: HttpRequest) -> Any:
        return loads(request.body)


def check_content(request: HttpRequest) -> None:
    """Before a byte is read: 415 for what is not JSON, 413 for what is too much of it."""
    kind = (request.content_type or "").lower()
    if kind not in MEDIA_TYPES and not (kind.startswith("application/") and kind.endswith("+json")):
        raise Problem(415, "content_type", "Send application/json.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
        raise Problem(413, "too_large", f"A body may have {MAX_BYTES} bytes.")
    try:
        size = len(request.body)
    except RequestDataTooBig:
        size = MAX_BYTES + 1
    if size > MAX_BYTES:
        raise Problem(413, "too_large", f"A body may have {MAX_BYTES} bytes.")


def loads(body: bytes) -> Any:
    """The value of a body; `Problem` 400 where it is not JSON, 422 where it cannot be stored faithfully."""
    try:
        value = json.loads(
            body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_float
        )
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        # Not UTF-8, not JSON, or an integer of more digits than Python reads.
        raise Problem(400, "malformed_json", "The body is not JSON.") from error
    _examine(value, 0)
    return value


def _examine(value: Any, depth: int) -> None:
    if isinstance(value, str):
        _text(value)
        return
    if depth == MAX_DEPTH and isinstance(value, dict | list):
        raise _too_deep()
    if isinstance(value, dict):
        for key, item in value.items():
            _text(key)
            _examine(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _examine(item, depth + 1)


def _text(text: str) -> None:
    if text.isascii():
        if "\x00" not in text:
            return
    elif "\x00" not in text:
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            pass
        else:
            return
    raise Problem(422, "text_not_storable", "Text may hold neither U+0000 nor half of a surrogate pair.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Problem(400, "duplicate_key", "An object names a member twice.")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _too_deep() -> Problem:
    return Problem(400, "too_deep", f"The body nests deeper than {MAX_DEPTH} levels.")
