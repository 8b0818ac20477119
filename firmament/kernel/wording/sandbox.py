"""The Liquid environment: what a wording may say, and how much of it."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from liquid import Environment
from liquid.exceptions import ResourceLimitError
from liquid.token import Token
from liquid.undefined import FalsyStrictUndefined

from firmament.kernel.wording.budget import ITEMS_LIMIT, NUMBER_LIMIT, OUTPUT_LIMIT, TEXT_LIMIT
from firmament.kernel.wording.dates import date_filter, datetime_filter
from firmament.kernel.wording.lexer import tokens
from firmament.kernel.wording.nested import SnippetTag
from firmament.kernel.wording.output import EchoedTag, WrittenTag

# Compares every item with every other.
UNIQ_LIMIT = 1_000

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
        if name == "uniq" and isinstance(value, list | tuple | range) and len(value) > UNIQ_LIMIT:
            raise ResourceLimitError("list limit reached", token=None)
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

    output_stream_limit = OUTPUT_LIMIT
    local_namespace_limit = OUTPUT_LIMIT
    block_nesting_limit = 12
    context_depth_limit = 12

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Ours in place of Liquid's where it has one of the same name."""
        super().setup_tags_and_filters(extra=False)
        self.tags = {name: tag for name, tag in self.tags.items() if name in TAGS}
        self.filters = {name: _limited(name, f) for name, f in self.filters.items() if name in FILTERS}
        self.add_filter("date", date_filter)
        self.add_filter("datetime", datetime_filter)
        for tag in (WrittenTag, EchoedTag, SnippetTag):
            self.add_tag(tag)

    def tokenizer(self) -> Callable[[str], Iterator[Token]]:
        """Our own, which takes linear time."""
        return tokens


SANDBOX = Sandbox(undefined=FalsyStrictUndefined)
