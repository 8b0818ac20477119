"""What a rendering may cost, and the context that counts it."""

import gc
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from liquid import RenderContext
from liquid.exceptions import LiquidError, LiquidInterrupt, LiquidSyntaxError, ResourceLimitError
from liquid.template import BoundTemplate
from liquid.token import Token
from liquid.undefined import UNDEFINED
from liquid.utils import ReadOnlyChainMap

SOURCE_LIMIT = 64 * 1024
OUTPUT_LIMIT = 256 * 1024
TEXT_LIMIT = 100_000
ITEMS_LIMIT = 2_000
NUMBER_LIMIT = 10**18
NESTING_LIMIT = 5
# Of this thread's own work, so that a busy machine refuses nothing. Between two looks at the clock lies at most
# the parsing of one source or one filter: 40 ms.
SECONDS_LIMIT = 0.2

T = TypeVar("T")
MISSING = object()


class _Pauses(threading.local):
    """Seconds that this thread has spent clearing memory up for all of them."""

    began = total = 0.0

    def note(self, phase: str, info: dict[str, int]) -> None:
        # Only the whole memory takes long enough to matter.
        if info["generation"] < 2:
            return
        if phase == "start":
            self.began = time.thread_time()
        else:
            self.total += time.thread_time() - self.began


# With thousands of trees in memory the collector takes a fifth of a second, in whichever rendering it strikes; the
# time of a text would be up that did nothing.
_pauses = _Pauses()
gc.callbacks.append(_pauses.note)


class Clock:
    """How long a rendering has been at work, in seconds of its own thread."""

    __slots__ = ("_own", "_wall")

    def __init__(self, seconds: float = SECONDS_LIMIT) -> None:
        self._wall = time.perf_counter() + seconds
        self._own = time.thread_time() + seconds - _pauses.total

    def tick(self) -> None:
        """Raise `ResourceLimitError` when the time is up."""
        # The thread's clock is a call into the kernel; the other one is not, and never shows less.
        if time.perf_counter() > self._wall and time.thread_time() - _pauses.total > self._own:
            raise ResourceLimitError("time limit reached", token=None)

    def uncounted(self, read: Callable[[str], T], code: str) -> T:
        """Do what is no fault of the wording: reading the data of a language for the first time."""
        began = time.perf_counter()
        result = read(code)
        elapsed = time.perf_counter() - began
        self._wall += elapsed
        self._own += elapsed
        return result


class Budget(RenderContext):
    """A render context that looks at the clock at every node, value and filter, and counts loops over all nesting.

    `values` are primitives. `partials` are the sources of nested snippets by key, read by `parse`. `write` makes
    text of what an output statement came to.
    """

    def __init__(
        self,
        template: BoundTemplate,
        values: Mapping[str, object],
        *,
        clock: Clock,
        partials: Mapping[str, str],
        parse: Callable[[str], BoundTemplate],
        escape: Callable[[str], str] | None,
        locale: str,
        timezone: str,
    ) -> None:
        self._iterations = 0
        super().__init__(template, globals=values)
        # Liquid's own `now` and `today` ask the machine for the time, in no particular zone.
        self.scope = ReadOnlyChainMap(self.locals, values)
        self.clock, self.escape, self.locale, self.timezone = clock, escape, locale, timezone
        self._partials, self._parse = partials, parse
        self._trail: tuple[str, ...] = ()

    @property  # every node asks for it before it renders
    def disabled_tags(self) -> list[str]:
        self.clock.tick()
        return []

    @disabled_tags.setter
    def disabled_tags(self, value: list[str]) -> None:
        pass

    def filter(self, name: str, token: Token | None) -> Callable[..., object]:
        """The filter of this name, if there is time left for it."""
        self.clock.tick()
        return super().filter(name, token)

    def get(self, path: list[object], *, token: Token | None, default: object = UNDEFINED) -> object:
        """The value at a path; what is not there raises as soon as it is used, and names the path."""
        self.clock.tick()
        try:
            found: object = self.scope[path[0]]  # type: ignore[index]
            for segment in path[1:]:
                found = self.get_item(found, segment)
        except (LookupError, TypeError):
            if default is not UNDEFINED:
                return default
            name = ".".join(str(segment) for segment in path)
            return self.env.undefined(name, hint=name, token=token)
        return found

    def get_item(self, obj: Any, key: Any) -> Any:
        """An entry of a dict; else, what Liquid finds by `first`, `last`, `size` or a position."""
        if type(obj) is dict:
            found = obj.get(key, MISSING)
            if found is not MISSING:
                return found
        return super().get_item(obj, key)

    def raise_for_loop_limit(self, length: int = 1) -> None:
        """Limit the sum over the whole rendering; Liquid compares only one stack of loops at a time."""
        self._iterations += length
        if self._iterations > ITEMS_LIMIT:
            raise ResourceLimitError("loop limit reached", token=None)

    @contextmanager
    def within(self, key: str, token: Token) -> Iterator[BoundTemplate]:
        """The nested snippet of this key, in a scope that knows the given values and no names of the outer text."""
        kept = self.locals, self.scope, self.loops, self._trail, self.local_namespace_size_carry
        template = self._open(key, token)
        self.local_namespace_size_carry = self.get_size_of_locals()
        self.locals, self.loops, self._trail = {}, [], (*self._trail, key)
        self.scope = ReadOnlyChainMap(self.locals, self.globals)
        try:
            yield template
        except LiquidInterrupt as error:
            raise LiquidSyntaxError(f"“{error}” stands outside of a loop", token=token) from error
        except LiquidError as error:
            error.template_name = error.template_name or key
            raise
        finally:
            self.locals, self.scope, self.loops, self._trail, self.local_namespace_size_carry = kept

    def _open(self, key: str, token: Token) -> BoundTemplate:
        if key in self._trail:
            raise LiquidSyntaxError(f"a snippet contains itself: {cycle(self._trail, key)}", token=token)
        if len(self._trail) >= NESTING_LIMIT:
            raise LiquidSyntaxError(f"snippets are nested more than {NESTING_LIMIT} deep", token=token)
        if key not in self._partials:
            raise LiquidSyntaxError(f"there is no snippet “{key}”", token=token)
        try:
            return self._parse(self._partials[key])
        except LiquidError as error:
            error.template_name = error.template_name or key
            raise


def cycle(trail: tuple[str, ...], key: str) -> str:
    """“a → b → a”, from where the circle begins."""
    return " → ".join((*trail[trail.index(key) :], key))
