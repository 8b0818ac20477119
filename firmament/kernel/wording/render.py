"""Render a wording, or say in plain words what is wrong with it."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from django.utils.translation import gettext as _
from liquid.exceptions import LiquidError, LiquidInterrupt
from liquid.output import LimitedStringIO
from liquid.template import BoundTemplate

from firmament.kernel.wording.budget import OUTPUT_LIMIT, Budget, Clock
from firmament.kernel.wording.errors import WordingError, explained
from firmament.kernel.wording.output import ESCAPES, Escape, Number
from firmament.kernel.wording.parsing import read

__all__ = ["Escape", "WordingError", "render", "variables"]

DEPTH_LIMIT = 6
# Exact types: a subclass of str may carry methods and an __html__ of its own.
PRIMITIVES = frozenset([type(None), str, int, float, bool, date, datetime, Number])


def render(
    source: str,
    context: Mapping[str, object],
    *,
    html: bool = False,
    escape: Escape | None = None,
    locale: str = "en",
    timezone: str = "UTC",
    partials: Mapping[str, str] | None = None,
    clock: Clock | None = None,
) -> str:
    """The text of `source` filled from `context`, a dict of primitives; `WordingError` otherwise.

    `html=True` escapes values for HTML, `escape=Escape.MARKDOWN` for Markdown. Dates are written for `locale`
    and `timezone`. Printing a value that `context` lacks is an error. `partials` are the sources of nested
    snippets by key; nothing else can be reached. All limits hold over the whole nesting. `clock` is one that runs
    already.
    """
    clock = clock or Clock()
    values = {name: primitive(value, name, 0) for name, value in context.items()}
    try:
        template = read(source)
        budget = Budget(
            template,
            values,
            clock=clock,
            partials=partials or {},
            parse=read,
            escape=ESCAPES[escape or (Escape.HTML if html else Escape.NONE)],
            locale=locale,
            timezone=timezone,
        )
        return _written(template, budget)
    except (LiquidError, LiquidInterrupt) as error:
        raise explained(error) from error
    except (ArithmeticError, ValueError, TypeError, LookupError, RecursionError, AttributeError) as error:
        # Liquid lets a few of Python's own errors through: round of infinity, digits beyond the limit.
        raise WordingError(_("A calculation in this wording does not work out.")) from error


def _written(template: BoundTemplate, budget: Budget) -> str:
    page = LimitedStringIO(OUTPUT_LIMIT)
    for node in template.nodes:
        node.render(budget, page)
    return page.getvalue()


def variables(source: str) -> list[str]:
    """The paths of the values a wording asks for, sorted: `["client.name", "due_on"]`."""
    try:
        found = read(source).analyze(include_partials=False).globals
    except LiquidError as error:
        raise explained(error) from error
    return sorted({str(variable) for group in found.values() for variable in group})


def primitive(value: object, path: str, depth: int) -> object:
    """The value itself if it is data all the way down. An object with methods is never handed to a wording."""
    kind = type(value)
    if kind in PRIMITIVES:
        return value
    if depth > DEPTH_LIMIT:
        raise WordingError(_("The value “%(path)s” is nested too deeply.") % {"path": path})
    if kind is dict:
        return {
            str(key): entry if type(entry) in PRIMITIVES else primitive(entry, f"{path}.{key}", depth + 1)
            for key, entry in cast(dict[object, object], value).items()
        }
    if isinstance(value, str):
        return "".join([value])
    if isinstance(value, list | tuple):
        return [primitive(item, path, depth + 1) for item in value]
    if kind is Decimal and cast(Decimal, value).is_finite():
        return Number(cast(Decimal, value))
    raise WordingError(
        _("The value “%(path)s” is not text, a number, a date, or a list of them.") % {"path": path}
    )
