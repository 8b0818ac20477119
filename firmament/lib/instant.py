"""The one clock. Nothing else in the house asks the machine for the time of day."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_held: ContextVar[datetime | None] = ContextVar("held_instant", default=None)
_pinned: ContextVar[datetime | None] = ContextVar("pinned_instant", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC.

    Inside a firm transaction it stands still, so that a row, its ledger entry and its jobs all
    carry the same time.
    """
    return _pinned.get() or _held.get() or datetime.now(UTC)


def today(zone: str) -> date:
    """The present date in an IANA time zone, such as the firm's."""
    return now().astimezone(ZoneInfo(zone)).date()


@contextmanager
def hold() -> Iterator[datetime]:
    """Let `now()` stand still; an outer hold wins, so nested transactions agree."""
    token = _held.set(_held.get() or datetime.now(UTC))
    try:
        yield now()
    finally:
        _held.reset(token)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Let it be another time. For the demo firm's history and for tests alone."""
    if instant.tzinfo is None:
        raise ValueError("at() takes an aware datetime")
    token = _pinned.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _pinned.reset(token)
