"""What lists, dashboards and pages are called, by the names under which entries of the ledger speak of them."""

from functools import cache

from django.apps import apps

from firmament.kernel.ledger.words import code_title, vocabulary
from firmament.kernel.web.filters import Text

_lists: dict[str, Text] = {}


def call_list(name: str, title: Text) -> None:
    """The list or dashboard of that name has this title."""
    _lists[name] = title


@vocabulary("list")
def list_title(name: str) -> str:
    return str(_lists.get(name) or code_title(name))


@vocabulary("page")
def page_title(name: str) -> str:
    """A page by its line in a menu; one that stands in none by its own name."""
    return str(_in_menus().get(name) or code_title(name))


@cache
def _in_menus() -> dict[str, Text]:
    return {
        entry.url_name: entry.label
        for config in apps.get_app_configs()
        for menu in ("menu", "portal_menu", "operator_menu")
        for entry in getattr(config, menu, ())
    }
