"""What rooms offer to the rooms above them: functions that their AppConfig names, called without being imported.

A room above never imports one below. It says which attribute it reads (`client_panels`), and a room below names its
functions there, by their dotted path.
"""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.utils.module_loading import import_string


def offered(attribute: str) -> list[Callable[..., Any]]:
    """The functions named under this attribute, in the order of the map."""
    return [
        import_string(place) for config in apps.get_app_configs() for place in getattr(config, attribute, ())
    ]
