"""From an envelope to the hash of its leaf.

The envelope is written as RFC 8785 (JCS) prescribes. So that whoever checks it needs no rule for numbers, it holds no
others than integers of at most fifteen digits; any other number stands as `{"$number": "its digits"}`, and a key of
somebody's own JSON that begins with "$" gets a second one in front, so that no two rows have the same envelope.
"""

import json
from typing import Any

from firmament.kernel.proof.sources import Envelope
from firmament.lib.canonical import canonical
from firmament.lib.merkle import leaf_hash

# A time in UTC to the microsecond, whatever the session's settings; `%s` is the column.
INSTANT = """to_char(%s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""

DIGITS = 15

_plain = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def read_exact(text: str) -> Any:
    """A jsonb column's text as a value of which every digit and every key will be proven."""
    if '"$' in text:
        return _escaping.decode(text)
    return _exact.decode(text)


def _whole(digits: str) -> Any:
    return int(digits) if len(digits) <= DIGITS else {"$number": digits}


def _broken(digits: str) -> Any:
    return {"$number": digits}


def _escape(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {f"${key}" if key.startswith("$") else key: value for key, value in pairs}


_exact = json.JSONDecoder(parse_int=_whole, parse_float=_broken)
_escaping = json.JSONDecoder(parse_int=_whole, parse_float=_broken, object_pairs_hook=_escape)


def written(envelope: Envelope) -> bytes:
    """The envelope in its one form (RFC 8785), UTF-8."""
    text = _plain.encode(envelope)
    # Python orders keys by code points and the RFC by UTF-16 units: the same, unless there is something beyond U+FFFF.
    if not text.isascii() and max(text) > "\uffff":
        return canonical(envelope)
    return text.encode()


def leaf_of(envelope: Envelope) -> bytes:
    """The hash that stands in the log for this row."""
    return leaf_hash(written(envelope))
