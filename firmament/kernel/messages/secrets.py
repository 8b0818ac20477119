"""Values that let somebody in, and so are never stored: made at the moment of sending, from ids.

A context names one as `{"$secret": "identity.invitation_link", "id": "…"}`; the room that owns it registers the
maker. What is kept of the message afterwards has it blacked out.
"""

from collections.abc import Callable, Mapping
from typing import Any

SECRET = "$secret"  # noqa: S105 - the name of a key
BLACKED_OUT = "[…]"

_makers: dict[str, Callable[[Mapping[str, Any]], str]] = {}


def register_secret(code: str, maker: Callable[[Mapping[str, Any]], str]) -> None:
    """Name who makes the secret `code` from the ids beside it; called at start (AppConfig.ready)."""
    _makers[code] = maker


def secret(code: str, **ids: str) -> dict[str, str]:
    """A place in a context where the secret will stand."""
    return {SECRET: code, **ids}


def reveal(value: Any) -> Any:
    """The context with every secret made, for the letter that goes out."""
    return _walk(value, lambda place: _makers[place[SECRET]](place))


def black_out(value: Any) -> Any:
    """The context with every secret blacked out, for the copy that is kept."""
    return _walk(value, lambda place: BLACKED_OUT)


def _walk(value: Any, replace: Callable[[Mapping[str, Any]], str]) -> Any:
    if isinstance(value, dict):
        if SECRET in value:
            return replace(value)
        return {key: _walk(item, replace) for key, item in value.items()}
    if isinstance(value, list):
        return [_walk(item, replace) for item in value]
    return value
