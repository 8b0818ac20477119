"""Render a wording, or say in plain words what is wrong with it."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

from django.utils.translation import gettext as _
from liquid.exceptions import (
    LiquidError,
    LiquidInterrupt,
    LiquidSyntaxError,
    ResourceLimitError,
    UndefinedError,
    UnknownFilterError,
)
from liquid.template import BoundTemplate

from firmament.kernel.wording import sandbox


class WordingError(Exception):
    """A wording that cannot be rendered; the text tells its author what to mend."""


class Escape(StrEnum):
    """What the values put into a wording must not be able to do."""

    NONE = "none"
    HTML = "html"
    MARKDOWN = "markdown"


SANDBOXES = {Escape.NONE: sandbox.PLAIN, Escape.HTML: sandbox.HTML, Escape.MARKDOWN: sandbox.MARKDOWN}

DEPTH_LIMIT = 6


def render(
    source: str,
    context: Mapping[str, object],
    *,
    html: bool = False,
    escape: Escape | None = None,
    locale: str = "en",
    timezone: str = "UTC",
) -> str:
    """The text of `source` filled from `context`, a dict of primitives; `WordingError` otherwise.

    `html=True` escapes values for HTML, `escape=Escape.MARKDOWN` for Markdown. Dates are written for `locale`
    and `timezone` by the filters `date` and `datetime`. Naming a value that `context` lacks is an error.
    """
    values = {name: _primitive(value, name, 0) for name, value in context.items()}
    template = _parse(source, escape or (Escape.HTML if html else Escape.NONE))
    bound = sandbox.Template(
        template.env, template.nodes, matter={"_locale": locale, "_timezone": timezone}, globals={}
    )
    try:
        return bound.render(values)
    except (LiquidError, LiquidInterrupt) as error:
        raise WordingError(_explain(error)) from error
    except (ArithmeticError, ValueError, TypeError, LookupError, RecursionError) as error:
        # Liquid lets a few of Python's own errors through: round of infinity, digits beyond the limit.
        raise WordingError(_("A calculation in this wording does not work out.")) from error


def variables(source: str) -> list[str]:
    """The paths of the values a wording asks for, sorted: `["client.name", "due_on"]`."""
    found = _parse(source, Escape.NONE).analyze(include_partials=False).globals
    return sorted({str(variable) for group in found.values() for variable in group})


@lru_cache(maxsize=256)
def _parse(source: str, escape: Escape) -> BoundTemplate:
    if len(source) > sandbox.SOURCE_LIMIT:
        raise WordingError(_("This wording is too long."))
    try:
        return SANDBOXES[escape].from_string(source)
    except LiquidError as error:
        raise WordingError(_explain(error)) from error
    except RecursionError as error:
        raise WordingError(_("This wording is nested too deeply.")) from error


def _primitive(value: object, path: str, depth: int) -> object:
    """The value itself if it is data all the way down. An object with methods is never handed to a wording."""
    if depth > DEPTH_LIMIT:
        raise WordingError(_("The value “%(path)s” is nested too deeply.") % {"path": path})
    # Exact types: a subclass of str may carry methods and an __html__ of its own.
    if value is None or type(value) in {str, int, float, bool, date, datetime}:
        return value
    if isinstance(value, str):
        return "".join([value])
    if isinstance(value, list | tuple):
        return [_primitive(item, path, depth + 1) for item in value]
    if type(value) is dict:
        return {str(key): _primitive(item, f"{path}.{key}", depth + 1) for key, item in value.items()}
    raise WordingError(
        _("The value “%(path)s” is not text, a number, a date, or a list of them.") % {"path": path}
    )


def _explain(error: LiquidError | LiquidInterrupt) -> str:
    detail = {"detail": str(error).split("\n")[0]}
    match error:
        case UndefinedError():
            return _("This wording uses a value that is not there: %(detail)s.") % detail
        case UnknownFilterError():
            return _("This wording uses a filter we do not have: %(detail)s.") % detail
        case ResourceLimitError():
            return _("This wording takes too long or grows too large: %(detail)s.") % detail
        case LiquidSyntaxError():
            return _("This wording cannot be read: %(detail)s.") % detail
    return _("This wording cannot be filled in: %(detail)s.") % detail
