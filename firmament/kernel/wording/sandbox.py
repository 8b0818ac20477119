"""The Liquid environment: what a wording may say, and how much of it."""

import re
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TextIO

from liquid import Environment, RenderContext
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.echo_tag import EchoNode, EchoTag
from liquid.exceptions import ResourceLimitError
from liquid.stringify import to_liquid_string
from liquid.template import BoundTemplate
from liquid.undefined import StrictUndefined
from liquid.utils import ReadOnlyChainMap

from firmament.kernel.wording.dates import date_filter, datetime_filter

SOURCE_LIMIT = 64 * 1024
OUTPUT_LIMIT = 256 * 1024
TEXT_LIMIT = 100_000
ITEMS_LIMIT = 2_000
NUMBER_LIMIT = 10**18
# Of this thread's own work, so that a busy machine refuses nothing. Most renderings take a millisecond; the
# first date in a language reads that language's data.
SECONDS_LIMIT = 0.5

# Only what a letter needs. `include`, `render` and `safe` would open files or undo the escaping; `capture`
# would store text that has been escaped already.
TAGS = frozenset(
    [
        "assign",
        "break",
        "case",
        "comment",
        "continue",
        "echo",
        "for",
        "if",
        "unless",
        "#",
        "content",
        "output",
        "illegal",
    ]
)
FILTERS = frozenset(
    [
        "abs",
        "append",
        "at_least",
        "at_most",
        "capitalize",
        "ceil",
        "compact",
        "concat",
        "default",
        "divided_by",
        "downcase",
        "first",
        "floor",
        "join",
        "last",
        "lstrip",
        "map",
        "minus",
        "modulo",
        "plus",
        "prepend",
        "remove",
        "remove_first",
        "replace",
        "replace_first",
        "reverse",
        "round",
        "rstrip",
        "size",
        "slice",
        "sort",
        "split",
        "strip",
        "strip_newlines",
        "times",
        "truncate",
        "truncatewords",
        "uniq",
        "upcase",
        "url_encode",
        "where",
    ]
)

MARKDOWN_MARKS = re.compile(r"([!-/:-@\[-`{-~])")


def escape_markdown(text: str) -> str:
    """Make every mark of Markdown in `text` literal (CommonMark §2.4), and its line breaks plain spaces.

    Without it a client's name could bring its own link or heading into a letter of the firm.
    """
    return MARKDOWN_MARKS.sub(r"\\\1", " ".join(text.split()))


class Budget(RenderContext):
    """A render context with a clock: asked at every node, because Liquid itself limits no time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._deadline = time.thread_time() + SECONDS_LIMIT
        self._iterations = 0
        super().__init__(*args, **kwargs)
        # Liquid's own `now` and `today` ask the machine for the time, in no particular zone.
        self.scope = ReadOnlyChainMap(self.locals, self.globals)

    @property  # every node asks for it before it renders
    def disabled_tags(self) -> list[str]:
        if time.thread_time() > self._deadline:
            raise ResourceLimitError("time limit reached", token=None)
        return []

    @disabled_tags.setter
    def disabled_tags(self, value: list[str]) -> None:
        pass

    def raise_for_loop_limit(self, length: int = 1) -> None:
        # The sum over the whole rendering; Liquid compares only one stack of loops at a time.
        self._iterations += length
        if self._iterations > ITEMS_LIMIT:
            raise ResourceLimitError("loop limit reached", token=None)


class Template(BoundTemplate):
    context_class = Budget


class _MarkdownOutput(OutputNode):
    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        return buffer.write(escape_markdown(to_liquid_string(self.expression.evaluate(context), False)))


class _MarkdownEcho(EchoNode, _MarkdownOutput):
    render_to_output = _MarkdownOutput.render_to_output


class _MarkdownOutputTag(Output):
    node_class: type[OutputNode] = _MarkdownOutput


class _MarkdownEchoTag(EchoTag):
    node_class: type[EchoNode] = _MarkdownEcho


def _measure(*values: Any) -> None:
    for value in values:
        match value:
            case bool():
                pass
            case str() if len(value) > TEXT_LIMIT:
                raise ResourceLimitError("text limit reached", token=None)
            case list() | tuple() | range() if len(value) > ITEMS_LIMIT:
                raise ResourceLimitError("list limit reached", token=None)
            case int() | float() if abs(value) > NUMBER_LIMIT:
                raise ResourceLimitError("number limit reached", token=None)


def _limited(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The same filter, refusing to take or to make what is too large."""

    @wraps(function)
    def limited(value: Any, *args: Any, **kwargs: Any) -> Any:
        _measure(value, *args, *kwargs.values())
        if name in {"replace", "replace_first"} and len(args) == 2:
            # Two texts within the limit can make one of ten thousand million characters.
            occurrences = str(value).count(str(args[0])) if name == "replace" else 1
            _measure_product(occurrences, len(str(args[1])))
        if name == "join" and isinstance(value, list | tuple | range):
            _measure_product(
                len(value), max([len(str(item)) for item in value] + [len(str(a)) for a in args])
            )
        result = function(value, *args, **kwargs)
        _measure(result)
        return result

    return limited


def _measure_product(count: int, size: int) -> None:
    if count * size > TEXT_LIMIT:
        raise ResourceLimitError("text limit reached", token=None)


class Sandbox(Environment):
    """Liquid cut down to `TAGS` and `FILTERS`; no loader, so no other text can be reached."""

    template_class = Template
    output_stream_limit = OUTPUT_LIMIT
    local_namespace_limit = OUTPUT_LIMIT
    block_nesting_limit = 12
    context_depth_limit = 12

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=False)
        self.tags = {name: tag for name, tag in self.tags.items() if name in TAGS}
        self.filters = {name: _limited(name, f) for name, f in self.filters.items() if name in FILTERS}
        self.add_filter("date", date_filter)
        self.add_filter("datetime", datetime_filter)


def _markdown_sandbox() -> Sandbox:
    sandbox = Sandbox(undefined=StrictUndefined)
    sandbox.add_tag(_MarkdownOutputTag)
    sandbox.add_tag(_MarkdownEchoTag)
    return sandbox


PLAIN = Sandbox(undefined=StrictUndefined)
HTML = Sandbox(undefined=StrictUndefined, autoescape=True)
MARKDOWN = _markdown_sandbox()
