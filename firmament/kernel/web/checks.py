"""Our own rules about addresses, checked at every start."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.urls import get_resolver

from firmament.kernel.policies.powers import UnknownPower, declaration
from firmament.kernel.web.context import dangling_menu_entries
from firmament.kernel.web.entrances import Entrance, entrance_of, walk

MIDDLEWARE = "firmament.kernel.web.middleware.FirmMiddleware"


@register(Tags.urls)
def every_view_declares_its_entrance(**_kwargs: Any) -> Sequence[CheckMessage]:
    """web.E001: a view without an entrance. web.E002: an entrance whose power no room declares."""
    found: list[CheckMessage] = []
    for pattern in walk(get_resolver().url_patterns):
        by_method: dict[str, Entrance] | None = getattr(pattern.callback, "entrances", None)
        entrances = list(by_method.values()) if by_method is not None else [entrance_of(pattern.callback)]
        for entrance in entrances:
            found += _faults(str(pattern.pattern), entrance)
    return found


@register(Tags.security)
def the_firm_middleware_is_innermost(**_kwargs: Any) -> Sequence[CheckMessage]:
    """web.E003: middleware behind ours would read the database outside the view's transaction, or write in it."""
    if settings.MIDDLEWARE and settings.MIDDLEWARE[-1] == MIDDLEWARE:
        return []
    return [Error(f"{MIDDLEWARE} must be the last middleware.", id="web.E003")]


@register(Tags.urls)
def menus_lead_somewhere(**_kwargs: Any) -> Sequence[CheckMessage]:
    """web.W004: a menu entry whose address does not exist."""
    return [
        Warning(f"The menu points at {name}, which is no address.", id="web.W004")
        for name in dangling_menu_entries()
    ]


def _faults(route: str, entrance: Entrance | None) -> list[CheckMessage]:
    if entrance is None:
        return [
            Error(
                f"The view at “{route}” declares no entrance.",
                hint="Put @staff_page, @portal_page, @person_page or @public_page on it.",
                id="web.E001",
            )
        ]
    if not entrance.power:
        return []
    try:
        declaration(entrance.power)
    except UnknownPower:
        return [
            Error(f"The view at “{route}” asks for {entrance.power}, which nobody declares.", id="web.E002")
        ]
    return []
