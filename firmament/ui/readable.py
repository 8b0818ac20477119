"""Moments, money, numbers and sizes in the words of the reader's language and zone."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from firmament.lib.instant import now

# A date this near is dangerous to miss; it is drawn in the warning colour.
SOON_DAYS = 2


@cache
def _parse(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def locale() -> Locale:
    """The reader's locale: Django's active language, or English where Babel does not know it."""
    return _parse(get_language() or "en")


def _local(value: date | datetime) -> date | datetime:
    if isinstance(value, datetime):
        return timezone.localtime(value) if timezone.is_aware(value) else value
    return value


def _day(value: date | datetime) -> date:
    local = _local(value)
    return local.date() if isinstance(local, datetime) else local


def today() -> date:
    """The reader's present day."""
    return timezone.localtime(now()).date()


def machine(value: date | datetime) -> str:
    """The value of a `datetime` attribute."""
    return value.isoformat()


def _short_date(value: date | datetime) -> str:
    day = _day(value)
    skeleton = "MMMd" if day.year == today().year else "yMMMd"
    return str(format_skeleton(skeleton, day, locale=locale()))


def _clock(value: datetime) -> str:
    local = _local(value)
    assert isinstance(local, datetime)
    return str(format_time(local.time(), format="short", locale=locale()))


def _full(value: date | datetime) -> str:
    local = _local(value)
    if not isinstance(local, datetime):
        return str(format_date(local, format="full", locale=locale()))
    zone = timezone.get_current_timezone()
    words = format_datetime(local, format="EEEE, d MMMM y, HH:mm", locale=locale())
    return f"{words} {local.tzname() or zone}"


def _datetime(value: date | datetime) -> str:
    if not isinstance(value, datetime):
        return _short_date(value)
    return f"{_short_date(value)}, {_clock(value)}"


def _relative(value: date | datetime) -> str:
    if not isinstance(value, datetime):
        return _near_day(value)
    passed = now() - value
    if abs(passed) < timedelta(seconds=45):
        return _("just now")
    if abs(passed) < timedelta(hours=12):
        return str(format_timedelta(-passed, add_direction=True, locale=locale()))
    days = (_day(value) - today()).days
    if days in (-1, 0, 1):
        return f"{_near_day(value)}, {_clock(value)}"
    return _short_date(value)


def _near_day(value: date | datetime) -> str:
    days = (_day(value) - today()).days
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    return near.get(days) or _short_date(value)


def _due(value: date | datetime) -> str:
    days = (_day(value) - today()).days
    if days < 0:
        return ngettext("%(count)d day late", "%(count)d days late", -days) % {"count": -days}
    if days == 0:
        return _("due today")
    if days == 1:
        return _("due tomorrow")
    if days <= 14:
        return ngettext("due in %(count)d day", "due in %(count)d days", days) % {"count": days}
    return _("due %(date)s") % {"date": _short_date(value)}


_STYLES = {
    "date": _short_date,
    "datetime": _datetime,
    "full": _full,
    "relative": _relative,
    "day": _near_day,
    "due": _due,
}


def moment(value: date | datetime, style: str) -> str:
    """A date or an instant in words.

    Styles: "date" (4 Mar, with the year if it is another), "datetime" (4 Mar, 14:05), "full" (weekday to
    zone), "relative" (5 minutes ago, yesterday, 14:05), "day" (today, 4 Mar), "due" (due tomorrow,
    2 days late). Raises KeyError for any other style.
    """
    return _STYLES[style](value)


def urgency(value: date | datetime) -> str:
    """The class of a due date: late, soon, or none."""
    days = (_day(value) - today()).days
    if days < 0:
        return "due-late"
    return "due-soon" if days <= SOON_DAYS else ""


def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency (ISO 4217) as the reader writes it."""
    return str(format_currency(amount, currency, locale=locale()))


def number(value: Decimal | int | float) -> str:
    """A number with the reader's separators."""
    return str(format_decimal(value, locale=locale()))


def filesize(size: int) -> str:
    """Bytes in powers of a thousand, as file managers show them."""
    if size < 1000:
        return ngettext("%(count)d byte", "%(count)d bytes", size) % {"count": size}
    value = float(size)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.5 or unit == "TB":
            break
    digits = "#,##0.#" if value < 10 else "#,##0"
    return f"{format_decimal(value, format=digits, locale=locale())} {unit}"
