"""How a room's `search.py` says what is found: `declare_source(Source(...))`."""

import pkgutil
from collections.abc import Iterable
from importlib import import_module
from uuid import UUID

from firmament.kernel.jobs.registry import Lane, on
from firmament.kernel.ledger.events import Event, event_classes
from firmament.kernel.search.indexing import index
from firmament.kernel.search.pending import ask_for_meaning
from firmament.kernel.search.sources import Source, keep


def declare_source(source: Source) -> Source:
    """Let objects of a kind be found, and follow every event that changes what is found of them."""
    keep(source)
    for event, name in events_of(source).items():
        _follow(source, event, name)
    return source


def events_of(source: Source) -> dict[type[Event], str]:
    """What changes an object of the kind, and the field of the event that names it."""
    if source.events is not None:
        return dict(source.events)
    room = source.model_class._meta.app_config
    assert room is not None
    autodiscover_events(room.name)
    found: dict[type[Event], str] = {}
    for code, event in event_classes().items():
        named = next((name for name, kind in event.targets.items() if kind == source.kind), "")
        if named and code.partition(".")[0] == room.label:
            found[event] = named
    return found


def autodiscover_events(room: str) -> None:
    """Import all events of a room, be they one file or several: what is not imported would not be followed."""
    events = import_module(f"{room}.events")
    for found in pkgutil.iter_modules(getattr(events, "__path__", ())):
        import_module(f"{events.__name__}.{found.name}")


def _follow(source: Source, event: type[Event], name: str) -> None:
    code = f"search.{source.kind.replace('.', '_')}__{event.code.replace('.', '_')}"

    @on(event, code=code, lane=Lane.SOON)
    def bring_up_to_date(event: Event) -> None:
        if index(source, _ids(getattr(event, name))):
            ask_for_meaning()


def _ids(value: UUID | Iterable[UUID] | None) -> list[UUID]:
    if value is None:
        return []
    return [value] if isinstance(value, UUID) else list(value)
