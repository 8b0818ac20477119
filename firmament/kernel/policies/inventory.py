"""Every entrance and the power it asks for. One that declares nothing fails the build.

Views are read by their attributes (`entrance`, `entrances` by method, or `power` and `public_reason`), so this floor
needs to know neither pages nor the API that stand above it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One address and method. `powers` is empty only where `reason` says why nobody is asked."""

    route: str
    method: str
    name: str
    powers: tuple[str, ...]
    reason: str

    @property
    def is_declared(self) -> bool:
        return bool(self.powers or self.reason.strip())


def doors(urlconf: Any = None) -> list[Door]:
    """Every entrance of a URLconf (the root's by default), pages and API operations, in the order of addresses."""
    found = _walk(get_resolver(urlconf).url_patterns, "", "")
    # The API mounts one view under several patterns of the same address.
    return sorted(dict.fromkeys(found), key=lambda door: (door.route, door.method))


def undeclared_entrances(urlconf: Any = None, api: Any = None) -> list[str]:
    """Addresses that declare neither a power nor a reason; operations of `api` too where it is given."""
    silent = [f"{door.method} {door.route}".strip() for door in doors(urlconf) if not door.is_declared]
    return silent + ([] if api is None else _undeclared_operations(api))


def _walk(patterns: Any, route: str, space: str) -> Iterator[Door]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = ":".join(filter(None, (space, pattern.namespace)))
            yield from _walk(pattern.url_patterns, here, inner)
        elif isinstance(pattern, URLPattern):
            name = ":".join(filter(None, (space, pattern.name)))
            yield from _of_view(pattern.callback, here, name)


def _of_view(view: Any, route: str, name: str) -> Iterator[Door]:
    by_method = getattr(view, "entrances", None)
    if by_method is not None:
        for method, declared in sorted(by_method.items()):
            yield _door(declared, route, method, name)
    else:
        yield _door(getattr(view, "entrance", getattr(view, "view_class", view)), route, "", name)


def _door(declared: Any, route: str, method: str, name: str) -> Door:
    power = getattr(declared, "power", "") or ()
    return Door(
        route=f"/{route}",
        method=method,
        name=name,
        powers=(str(power),) if isinstance(power, str) else tuple(str(one) for one in power),
        reason=str(getattr(declared, "reason", "") or getattr(declared, "public_reason", "")),
    )


def _undeclared_operations(api: Any) -> list[str]:
    silent = []
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                declared = getattr(operation.view_func, "declared", operation.view_func)
                entrance = getattr(declared, "entrance", declared)
                if not (getattr(entrance, "power", "") or getattr(entrance, "reason", "")):
                    silent += [f"{method} {prefix}{path}" for method in operation.methods]
    return silent
