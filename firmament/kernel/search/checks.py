"""Start-up checks: what the index cannot answer exactly must not wait for somebody to be shown too much."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from firmament.kernel.policies.checks import paths_of
from firmament.kernel.policies.compile import located
from firmament.kernel.policies.decide import prefix_for
from firmament.kernel.policies.powers import declaration
from firmament.kernel.search.sources import Source, sources

# Any value will do to ask whether a path is held; an empty field fits a column of every type.
ANY = frozenset({None})


@register()
def check_sources(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """search.E001–E003: see each message."""
    return [message for source in sources() for message in _fits(source)]


def _fits(source: Source) -> Iterator[Error]:
    try:
        model = source.model_class
        declared = declaration(source.view_power)
    except (LookupError, ImproperlyConfigured) as problem:
        yield Error(f"{source.model}: {problem}", id="search.E001")
        return
    for rule in declared.rules:
        for path in paths_of(rule):
            try:
                source.holds(model, located(path, model, prefix_for(declared, model)), ANY)
            except (ImproperlyConfigured, LookupError) as problem:
                yield Error(
                    f"{declared.power}: {problem}.",
                    hint="Name the path in the source's owner, team, classification or facts.",
                    id="search.E002",
                )
    for event, name in (source.events or {}).items():
        if name not in getattr(event, "__dataclass_fields__", {}):
            yield Error(f"{source.model}: {event.code} has no field {name}", id="search.E003")
