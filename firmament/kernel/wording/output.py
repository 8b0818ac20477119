"""From a value to text, made harmless for where it goes exactly once: as it is written."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, TextIO, cast

from django.utils import translation
from django.utils.translation import gettext as _
from liquid import RenderContext
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.echo_tag import EchoNode, EchoTag
from liquid.exceptions import LiquidTypeError
from markupsafe import escape as escape_html

from firmament.kernel.wording.budget import Budget
from firmament.kernel.wording.dates import date_filter, datetime_filter

MARKDOWN_MARKS = re.compile(r"([!-/:-@\[-`{-~])")
BLANK_LINES = re.compile(r"\n{3,}")


class Escape(StrEnum):
    """What the values put into a wording must not be able to do."""

    NONE = "none"
    HTML = "html"
    MARKDOWN = "markdown"
    MARKDOWN_LINES = "markdown_lines"


class Number(float):
    """A number with a fraction that Liquid can calculate with, and that is written as somebody typed it."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, number: Decimal) -> "Number":
        """Finite numbers only."""
        self = super().__new__(cls, number)
        self.text = f"{number:f}"
        return self

    def __str__(self) -> str:
        return self.text


def escape_markdown(text: str) -> str:
    """Make every mark of Markdown in `text` literal (CommonMark §2.4), and its line breaks plain spaces.

    Without it a client's name could bring its own link or heading into a letter of the firm.
    """
    return MARKDOWN_MARKS.sub(r"\\\1", " ".join(text.split()))


def escape_markdown_lines(text: str) -> str:
    """The same with its lines kept. No line begins with a blank, or four of them would make it code."""
    return BLANK_LINES.sub("\n\n", "\n".join(escape_markdown(line) for line in text.strip().splitlines()))


ESCAPES: Mapping[Escape, Callable[[str], str] | None] = {
    Escape.NONE: None,
    Escape.HTML: lambda text: str(escape_html(text)),
    Escape.MARKDOWN: escape_markdown,
    Escape.MARKDOWN_LINES: escape_markdown_lines,
}


def text_of(value: Any, budget: Budget) -> str:
    """The value as the reader would write it. A group of values has no text; one has to be picked from it."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return budget.clock.uncounted(_yes if value else _no, budget.locale)
        case int() | Number():
            return str(value)
        case float() | Decimal():
            return f"{Decimal(str(value)):f}".removesuffix(".0")
        case date():
            write = datetime_filter if hasattr(value, "hour") else date_filter
            return cast(str, write(value, context=budget))
        case list() | tuple():
            return "".join(text_of(item, budget) for item in value)
        case range():
            return f"{value.start}..{value.stop - 1}"
        case dict():
            raise LiquidTypeError("this is a group of values; name one of them", token=None)
    return str(value)


@lru_cache(maxsize=64)
def _yes(locale: str) -> str:
    with translation.override(locale):
        return _("yes")


@lru_cache(maxsize=64)
def _no(locale: str) -> str:
    with translation.override(locale):
        return _("no")


class WrittenNode(OutputNode):
    """`{{ … }}`: the value's text, escaped."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the text; everything else in a source is written as it stands."""
        budget = cast(Budget, context)
        text = text_of(self.expression.evaluate(budget), budget)
        return buffer.write(budget.escape(text) if budget.escape else text)


class EchoedNode(EchoNode, WrittenNode):
    """`{% echo … %}`."""

    render_to_output = WrittenNode.render_to_output


class WrittenTag(Output):
    """`{{ … }}`."""

    node_class: type[OutputNode] = WrittenNode


class EchoedTag(EchoTag):
    """`{% echo … %}`."""

    node_class: type[EchoNode] = EchoedNode
