"""Icons, drawn from the one sprite that `make assets` builds out of icons.txt."""

from functools import cache, lru_cache
from pathlib import Path

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

SIZES = {"": "icon", "sm": "icon icon-sm", "lg": "icon icon-lg", "xl": "icon icon-xl"}


class UnknownIcon(LookupError):
    """A name that icons.txt does not list; an empty square on the page would tell nobody."""


@cache
def names() -> frozenset[str]:
    """Every icon there is."""
    return frozenset((Path(__file__).parent / "icons.txt").read_text().split())


@cache
def _sprite() -> str:
    return static("ui/vendor/icons.svg")


@lru_cache(maxsize=2048)
def svg(name: str, *, size: str = "", label: str = "") -> SafeString:
    """The icon as SVG; hidden from screen readers unless it has a label."""
    if name not in names():
        raise UnknownIcon(f"{name!r} is not in firmament/ui/icons.txt")
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}#{}"/></svg>',
            SIZES[size],
            label,
            _sprite(),
            name,
        )
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', SIZES[size], _sprite(), name
    )
