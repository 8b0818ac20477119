"""Between an event and the JSON in its row."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any, cast

from pydantic import TypeAdapter

from firmament.kernel.ledger.events import Event, event_class
from firmament.kernel.ledger.models import Entry, PersonalValue

COMMITMENT = "hmac-sha256"


@cache
def _adapter(code: str) -> TypeAdapter[Event]:
    found = event_class(code)
    assert found is not None, f"{code} was declared when it was recorded"
    return TypeAdapter(found)


def split(event: Event) -> tuple[dict[str, Any], dict[str, tuple[bytes, Any]]]:
    """The payload as it is kept for ever, and apart from it `{field: (salt, value)}` of what may be erased."""
    data = cast("dict[str, Any]", _adapter(event.code).dump_python(event, mode="json"))
    personal: dict[str, tuple[bytes, Any]] = {}
    for name in type(event).personal:
        if data.get(name) in (None, "", []):
            continue
        salt = secrets.token_bytes(32)
        personal[name] = (salt, data[name])
        data[name] = {COMMITMENT: commitment(salt, data[name])}
    return data, personal


def commitment(salt: bytes, value: Any) -> str:
    """HMAC-SHA-256 under a random 32-byte salt, in hex, of the value as compact JSON with sorted keys."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(salt, text.encode(), hashlib.sha256).hexdigest()


def join(payload: Mapping[str, Any], personal: Mapping[str, Any]) -> dict[str, Any]:
    """The payload with the values that are still there; an erased one is None."""
    return {name: personal.get(name) if is_commitment(value) else value for name, value in payload.items()}


def is_commitment(value: Any) -> bool:
    """Whether a payload's value stands for one that is kept apart."""
    return isinstance(value, dict) and COMMITMENT in value


def rebuild(event_type: type[Event], entry: Entry) -> Event:
    """The event of an entry, for the jobs that follow it.

    Fields that the class has and the row lacks (an older release wrote it) take their defaults. Raises
    pydantic.ValidationError when a needed value has been erased or is missing.
    """
    personal = {row.field: row.value for row in PersonalValue.objects.filter(entry=entry)}
    known = {field.name for field in fields(event_type)}
    data = {name: value for name, value in join(entry.payload, personal).items() if name in known}
    return _adapter(event_type.code).validate_python(data)
