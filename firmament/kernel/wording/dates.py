"""Dates in words, for the person who reads them: their language and their zone, never the server's."""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time, get_timezone_name
from liquid import RenderContext
from liquid.exceptions import FilterArgumentError
from liquid.filter import with_context

from firmament.kernel.wording.budget import Budget

STYLES = ("short", "medium", "long", "full")
# Babel keeps every pattern that it has ever seen.
STYLE_LIMIT = 60

# Liquid's own way of writing dates, as people know it from other tools, in the reader's language (LDML, UTS 35).
DIRECTIVES = {
    "%-d": "d",
    "%d": "dd",
    "%e": "d",
    "%B": "MMMM",
    "%b": "MMM",
    "%m": "MM",
    "%-m": "M",
    "%Y": "yyyy",
    "%y": "yy",
    "%A": "EEEE",
    "%a": "EEE",
    "%H": "HH",
    "%-H": "H",
    "%I": "hh",
    "%-I": "h",
    "%M": "mm",
    "%p": "a",
}
PIECES = re.compile(r"%-?[A-Za-z]|%%|[^%]+|%")


@lru_cache(maxsize=64)
def locale_of(code: str) -> Locale:
    """Babel's locale for a language code such as `en` or `de-CH`, its data read; English where it is unknown."""
    try:
        locale = Locale.parse(code.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    format_date(date(2000, 1, 1), locale=locale)
    return locale


def zone_of(name: str) -> ZoneInfo:
    """The named zone; UTC where the name is unknown."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _style(style: Any) -> Any:
    """A style's name, or the LDML pattern of a format such as `%-d %B %Y`."""
    if style in STYLES:
        return style
    text = str(style)
    if "%" not in text or len(text) > STYLE_LIMIT:
        raise FilterArgumentError(
            f"a date is written short, medium, long or full, not “{text[:STYLE_LIMIT]}”", token=None
        )
    return "".join(_piece(piece) for piece in PIECES.findall(text))


def _piece(piece: str) -> str:
    if piece.startswith("%") and piece != "%%":
        if piece not in DIRECTIVES:
            raise FilterArgumentError(f"“{piece}” is no part of a date that we know", token=None)
        return DIRECTIVES[piece]
    return "'" + piece.replace("%%", "%").replace("'", "''") + "'"


def _instant(value: Any) -> date | datetime:
    if isinstance(value, date):
        return value
    try:
        text = str(value)
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError as error:
        raise FilterArgumentError("this is not a date", token=None) from error


def _preferences(context: RenderContext) -> tuple[Locale, ZoneInfo]:
    budget = cast(Budget, context)
    return budget.clock.uncounted(locale_of, budget.locale), zone_of(budget.timezone)


@with_context
def date_filter(value: Any, style: Any = "long", *, context: RenderContext) -> str:
    """`{{ due_on | date }}`: a date in words. An instant is shown as the reader's day."""
    locale, zone = _preferences(context)
    instant = _instant(value)
    if isinstance(instant, datetime) and instant.tzinfo:
        instant = instant.astimezone(zone).date()
    return format_date(instant, format=_style(style), locale=locale)


@with_context
def datetime_filter(value: Any, style: Any = "long", *, context: RenderContext) -> str:
    """`{{ starts_at | datetime }}`: an instant in the reader's zone; `long` and `full` name the zone too."""
    locale, zone = _preferences(context)
    instant = _instant(value)
    if not isinstance(instant, datetime):
        raise FilterArgumentError("this is a date without a time; use the filter “date”", token=None)
    if style not in ("long", "full"):
        return format_datetime(instant, format=_style(style), tzinfo=zone, locale=locale)
    # Babel's own long forms show seconds, which nobody's appointment has.
    local = instant.astimezone(zone)
    day = format_date(local.date(), format=style, locale=locale)
    time = format_time(local, format="short", tzinfo=zone, locale=locale)
    return f"{day}, {time} {_zone_name(local, locale)}"


def _zone_name(local: datetime, locale: Locale) -> str:
    """“CET”, or what the language calls it; many languages have no short name for most zones."""
    name = get_timezone_name(local, width="short", locale=locale)
    return name if name.isalpha() else local.tzname() or name
