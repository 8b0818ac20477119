"""Sources that have been read already, kept as long as there is room for them."""

import re
import threading
from collections import OrderedDict

from liquid.exceptions import LiquidSyntaxError, ResourceLimitError
from liquid.template import BoundTemplate

from firmament.kernel.wording.budget import SOURCE_LIMIT
from firmament.kernel.wording.sandbox import SANDBOX

# In bytes as `_weight` guesses them. Ordinary snippets take half of that: 7,000 of 400 characters, 55 MB of a process.
ROOM = 96_000_000
MARKUP = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)

_kept: OrderedDict[str, BoundTemplate] = OrderedDict()
_lock = threading.Lock()
_used = 0


def read(source: str) -> BoundTemplate:
    """The tree of a source. Raises Liquid's errors.

    Keyed by the source itself: its tree holds it anyway, and no checksum is as sure.
    """
    with _lock:
        if template := _kept.get(source):
            _kept.move_to_end(source)
            return template
    if len(source) > SOURCE_LIMIT:
        raise ResourceLimitError("this wording is too long", token=None)
    try:
        template = SANDBOX.from_string(source)
    except RecursionError as error:
        raise LiquidSyntaxError("this wording is nested too deeply", token=None) from error
    _keep(source, template)
    return template


def _keep(source: str, template: BoundTemplate) -> None:
    global _used
    with _lock:
        if source in _kept:
            return
        _kept[source] = template
        _used += _weight(source)
        while _used > ROOM:
            oldest, _ = _kept.popitem(last=False)
            _used -= _weight(oldest)


def _weight(source: str) -> int:
    """About what a tree takes, measured over all that may stand in one: never more than twice this."""
    markup = MARKUP.findall(source)
    return 1_000 + len(source) + 500 * len(markup) + 60 * sum(map(len, markup))
