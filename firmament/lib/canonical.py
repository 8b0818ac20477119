"""JSON in one form only (RFC 8785, JCS), so that equal content has equal bytes and one checksum."""

import hashlib
import json
import math
from decimal import Decimal
from typing import Any

SAFE = 2**53


def canonical(value: Any) -> bytes:
    """The value as RFC 8785 writes it, in UTF-8.

    Takes what JSON has: dict with str keys, list, str, int, float, bool, None. ValueError for a number that
    two programs could read differently (beyond 2^53, NaN, infinity) and for text that UTF-8 cannot carry;
    TypeError for anything else.
    """
    return _written(value).encode()


def checksum(value: Any) -> str:
    """SHA-256, in hex, of the canonical form."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _written(value: Any) -> str:
    match value:
        case None | bool() | str():
            return json.dumps(value, ensure_ascii=False)
        case int() if abs(value) < SAFE:
            return str(value)
        case float() if math.isfinite(value) and (abs(value) < SAFE or not value.is_integer()):
            return _number(value)
        case int() | float():
            raise ValueError(f"{value} cannot be kept exactly as a JSON number")
        case list() | tuple():
            return "[" + ",".join(_written(item) for item in value) + "]"
        case dict():
            return (
                "{"
                + ",".join(f"{_written(key)}:{_written(value[key])}" for key in sorted(value, key=_units))
                + "}"
            )
        case _:
            raise TypeError(f"JSON has no {type(value).__name__}")


def _units(key: object) -> bytes:
    """Keys are ordered by UTF-16 code units (RFC 8785 §3.2.3)."""
    if not isinstance(key, str):
        raise TypeError(f"JSON has no key of type {type(key).__name__}")
    return key.encode("utf-16-be", "surrogatepass")


def _number(value: float) -> str:
    """As ECMAScript's Number::toString, which RFC 8785 §3.2.2.3 prescribes."""
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(exponent, int)  # finite
    text = "".join(map(str, digits))
    point = len(text) + exponent
    if 0 < point <= 21:
        body = text.ljust(point, "0") if exponent >= 0 else f"{text[:point]}.{text[point:]}"
    elif -6 < point <= 0:
        body = f"0.{'0' * -point}{text}"
    else:
        mantissa = text if len(text) == 1 else f"{text[0]}.{text[1:]}"
        body = f"{mantissa}e{point - 1:+d}"
    return f"{'-' if sign else ''}{body}"
