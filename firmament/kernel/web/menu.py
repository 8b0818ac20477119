"""What a room puts into the menu. Plain data, so that every `apps.py` may import it."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Section(StrEnum):
    """The sections of the workspace, in the order they stand in."""

    HOME = "home"
    CLIENTS = "clients"
    WORK = "work"
    MESSAGES = "messages"
    LIBRARY = "library"
    MONEY = "money"
    GROWTH = "growth"
    ADMINISTRATION = "administration"


SECTION_LABELS: dict[Section, Promise] = {
    Section.HOME: _("Home"),
    Section.CLIENTS: _("Clients"),
    Section.WORK: _("Work"),
    Section.MESSAGES: _("Messages"),
    Section.LIBRARY: _("Library"),
    Section.MONEY: _("Money"),
    Section.GROWTH: _("Growth"),
    Section.ADMINISTRATION: _("Administration"),
}


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One line of the menu (`AppConfig.menu`, `AppConfig.portal_menu`), shown to whoever has the power.

    `url_name` carries its namespace ("clients:list") and needs no argument but the firm. `whole_room`: it is where one
    is on every page of its room, and not only on those beneath its own address.
    """

    section: Section
    label: str | Promise
    url_name: str
    icon: str
    power: str
    order: int = 0
    whole_room: bool = False


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One line of the “new” menu (`AppConfig.new_items`)."""

    label: str | Promise
    url_name: str
    icon: str
    power: str
    order: int = 0


@dataclass(frozen=True, slots=True)
class OperatorEntry:
    """One page of a firm that an operator looks into (`AppConfig.operator_menu`); its address takes the firm alone."""

    label: str | Promise
    url_name: str
    icon: str
    power: str
    order: int = 0
