"""Filters and tags of the components: dates, money and sizes in the reader's words, icons, form fields.

The reader's zone and language are Django's active ones (`timezone.activate`, `translation.activate`),
which `kernel.web` sets from the person's profile at the start of a request.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2s
from typing import Any

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from firmament.ui import fields, icons, readable, rich
from firmament.ui.shapes import TreeNode

register = template.Library()

# In this order: later sheets refer to what earlier ones define.
SHEETS = ("tokens", "base", "parts", "forms", "shell")
# Each stands alone and imports nothing, so that every file keeps its hashed, immutable address.
MODULES = (
    "requests",
    "toasts",
    "dialogs",
    "menus",
    "forms",
    "pages",
    "table",
    "file-drop",
    "palette",
    "picker",
    "shortcuts",
)

TONE_ICONS = {
    "neutral": "circle-dashed",
    "info": "circle-dot",
    "waiting": "hourglass",
    "warning": "alert-triangle",
    "danger": "alert-circle",
    "success": "circle-check",
    "done": "check",
}

SELECTED = mark_safe(" selected")

# A toast's or an alert's icon says "read me", a status's says "this is how it stands".
NOTICE_ICONS = {**TONE_ICONS, "neutral": "info-circle", "info": "info-circle", "done": "circle-check"}


@register.simple_tag
def options(choices: Iterable[tuple[object, object]], chosen: object = None) -> SafeString:
    """What a select offers: values with their words, the chosen one marked.

    Drawn in one go, for a template's loop takes many times as long, and a firm has hundreds of people.
    """
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (value, SELECTED if chosen is not None and str(value) == str(chosen) else "", words)
            for value, words in choices
        ),
    )


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """The icon `name` of icons.txt; size "", "sm", "lg" or "xl"; a label only where no word stands beside it."""
    return icons.svg(name, size=size, label=label)


@register.filter
def tone_icon(tone: str) -> str:
    """The icon that goes with a status's tone, so that colour never speaks alone."""
    return TONE_ICONS.get(tone, TONE_ICONS["neutral"])


@register.filter
def notice_icon(tone: str) -> str:
    """The icon of an alert or a toast of this tone."""
    return NOTICE_ICONS.get(tone, NOTICE_ICONS["info"])


@register.simple_tag
def attributes(values: Mapping[str, Any] | str) -> SafeString:
    """A component's leftover attributes, each value escaped.

    Cotton's own `{{ attrs }}` takes a value that begins and ends with a quote for one that is quoted
    already, so that text typed by a person could close the attribute and open another.
    """
    if isinstance(values, str):
        return mark_safe("")
    excluded: set[str] = getattr(values, "_exclude_from_str", set())
    parts = []
    for name, value in values.items():
        if name in excluded or value is False or value is None:
            continue
        if value is True:
            parts.append(name)
        else:
            parts.append(f'{name}="{str(conditional_escape(value)).replace(chr(34), "&quot;")}"')
    return mark_safe(" ".join(parts))  # noqa: S308  (each value escaped above)


@register.simple_tag
def when(value: date | datetime | None, style: str = "date") -> SafeString | str:
    """A `<time>` in the reader's zone: short to read, absolute on hover. Styles: see `readable.moment`."""
    if value is None or value == "":
        return ""
    words = readable.moment(value, style)
    css = readable.urgency(value) if style == "due" else ""
    return format_html(
        '<time datetime="{}" title="{}"{}>{}</time>',
        readable.machine(value),
        readable.moment(value, "full"),
        format_html(' class="{}"', css) if css else "",
        words,
    )


@register.filter
def moment(value: date | datetime | None, style: str = "date") -> str:
    """The same words as `{% when %}`, as plain text (for titles, mail and attributes)."""
    return "" if value in (None, "") else readable.moment(value, style)


@register.filter
def money(amount: Decimal | int | str | None, currency: str) -> str:
    """1234.5 and "EUR" as the reader writes it: €1,234.50."""
    return "" if amount in (None, "") else readable.money(Decimal(amount), currency)


@register.filter
def number(value: Decimal | int | float | None) -> str:
    """12345 as the reader writes it: 12,345."""
    return "" if value is None else readable.number(value)


@register.filter
def filesize(size: int | None) -> str:
    """Bytes in the unit people use: 2.4 MB."""
    return "" if size is None else readable.filesize(size)


@register.filter
def initials(name: str) -> str:
    """At most two letters for an avatar; "?" where there is no letter at all."""
    words = [word for word in str(name).replace("&", " ").replace("-", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] if len(words) == 1 else words[0][0] + words[-1][0]
    return letters.upper()


@register.filter
def hue(name: str) -> str:
    """One of eight colour classes, always the same for the same name."""
    return f"hue-{blake2s(str(name).encode(), digest_size=2).digest()[0] % 8 + 1}"


@register.filter
def percent(done: int | None, total: int | None) -> int:
    """How much of `total` is done, 0 to 100; 0 while the total is unknown."""
    return min(100, max(0, round(100 * (done or 0) / total))) if total else 0


@register.simple_tag
def field_parts(field: BoundField, help_text: str = "") -> fields.FieldParts:
    """What `<c-ui.field>` draws: see `fields.FieldParts`."""
    return fields.parts(field, help_text=help_text)


@register.filter
def field_errors(form: Any) -> list[fields.FieldErrors]:
    """What `<c-ui.error_summary>` lists: every field with errors, in the form's order."""
    return fields.errors_of(form)


@register.simple_tag
def stylesheets() -> SafeString:
    """The links to the product's own style sheets."""
    return format_html_join(
        "\n", '<link rel="stylesheet" href="{}">', ((static(f"ui/css/{name}.css"),) for name in SHEETS)
    )


@register.simple_tag
def scripts() -> SafeString:
    """The product's own ES modules; a module runs after the page is parsed, so none of them blocks it."""
    return format_html_join(
        "\n",
        '<script type="module" src="{}"></script>',
        ((static(f"ui/js/{name}.js"),) for name in MODULES),
    )


@register.filter
def message_tone(level: str) -> str:
    """The tone of a message of Django's message framework."""
    return {"error": "danger", "warning": "warning", "success": "success"}.get(level, "info")


@register.filter
def markdown(text: str) -> SafeString:
    """Text written in Markdown by a person, as harmless HTML."""
    return rich.html(text)


@register.filter
def keys(shortcut: str) -> list[str]:
    """ "g c" as ["g", "c"], for `<c-ui.kbd>`."""
    return str(shortcut).split()


@register.filter
def flat_tree(nodes: Iterable[TreeNode]) -> list[TreeNode]:
    """Every folder of a tree, in the order of the page."""
    return [node for root in nodes for node in root.walk()]


@register.filter
def any_current(nodes: Iterable[TreeNode]) -> bool:
    """Whether one of the folders is the one shown."""
    return any(node.current for node in flat_tree(nodes))
