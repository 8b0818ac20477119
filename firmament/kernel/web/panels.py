"""What rooms show on each other's pages, as finished values: the page knows none of the rooms that fill it.

A page says which attributes of an AppConfig it reads (`client_panels`), and asks `tenancy.hooks.offered` for them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.template.loader import render_to_string

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.hooks import offered


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelAction:
    """The button in a panel's head."""

    label: str
    url: str
    icon: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A part of a page: what stands in a panel of this title, and the template's values.

    `rows`: it holds rows that reach to the panel's edges. Panels stand by their `order`.
    """

    title: str
    template: str
    context: Mapping[str, object]
    order: int = 0
    icon: str = ""
    action: PanelAction | None = None
    rows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTab:
    """Another room's page about the same thing, in its tabs. `count`: "" for none."""

    key: str
    label: str
    url: str
    count: str = ""


def panels_of(attribute: str, actor: Actor, pk: UUID) -> list[Panel]:
    """What the other rooms show under this attribute of their AppConfig, about one thing, to this reader."""
    found: list[Panel | None] = [show(actor, pk) for show in offered(attribute)]
    return [panel for panel in found if panel is not None]


def drawn(request: HttpRequest, panels: Iterable[Panel]) -> list[tuple[Panel, str]]:
    """Each panel with its HTML, by their order, for `web/panels.html`."""
    return [
        (panel, render_to_string(panel.template, dict(panel.context), request))
        for panel in sorted(panels, key=lambda panel: panel.order)
    ]
