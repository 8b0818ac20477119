"""Powers to tick, room by room."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms

_PREFIX = "powers_"


def power_fields(
    rooms: Iterable[tuple[str, str, list[tuple[str, str]]]], *, ticked: Callable[[str], bool]
) -> dict[str, forms.Field]:
    """A field for each room: its code, its name, its powers. `ticked` says of each power whether it is at first."""
    return {
        f"{_PREFIX}{code}": forms.MultipleChoiceField(
            label=title,
            required=False,
            choices=powers,
            widget=forms.CheckboxSelectMultiple,
            initial=[power for power, _words in powers if ticked(power)],
        )
        for code, title, powers in rooms
    }


def ticked_powers(values: Mapping[str, Any]) -> list[str]:
    """What was ticked, in every room."""
    return [power for name, chosen in values.items() if name.startswith(_PREFIX) for power in chosen]
