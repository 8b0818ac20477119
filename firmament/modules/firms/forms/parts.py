"""What the forms of this room offer to choose from."""

from collections.abc import Iterable
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from django import forms

from firmament.kernel.policies.models import Role
from firmament.ui.readable import locale as reader_locale

# English ships; what is chosen is how dates and numbers are written. More follow with their translations.
LOCALES = ("en", "en-au", "en-ca", "en-gb", "en-ie", "en-in", "en-nz", "en-za")
REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
CURRENCIES = [
    "AED",
    "AUD",
    "BGN",
    "BRL",
    "CAD",
    "CHF",
    "CLP",
    "CNY",
    "COP",
    "CZK",
    "DKK",
    "EGP",
    "EUR",
    "GBP",
    "GEL",
    "HKD",
    "HUF",
    "IDR",
    "ILS",
    "INR",
    "ISK",
    "JPY",
    "KES",
    "KRW",
    "MAD",
    "MXN",
    "MYR",
    "NGN",
    "NOK",
    "NZD",
    "PEN",
    "PHP",
    "PLN",
    "QAR",
    "RON",
    "RSD",
    "SAR",
    "SEK",
    "SGD",
    "THB",
    "TRY",
    "TWD",
    "UAH",
    "USD",
    "VND",
    "ZAR",
]


@cache
def timezones() -> list[tuple[str, Any]]:
    """The zones of the IANA database that name a place, by region."""
    groups: list[tuple[str, Any]] = [("UTC", "UTC")]
    known = sorted(available_timezones())
    for region in REGIONS:
        zones = [zone for zone in known if zone.startswith(f"{region}/")]
        groups.append((region, [(zone, zone.partition("/")[2].replace("_", " ")) for zone in zones]))
    return groups


def timezone_choices(present: str) -> list[tuple[str, Any]]:
    """As `timezones`, and the present one even where it is an old name that is no longer offered."""
    offered = {zone for _region, zones in timezones()[1:] for zone, _name in zones} | {"UTC"}
    return timezones() if present in offered or not present else [(present, present), *timezones()]


def locale_choices(present: str) -> list[tuple[str, str]]:
    """Languages in the reader's words."""
    codes = LOCALES if present in LOCALES or not present else (present, *LOCALES)
    return [(code, _language(code)) for code in codes]


def _language(code: str) -> str:
    if code == "en":
        # Without a country Babel follows the United States.
        code = "en-us"
    return Locale.parse(code, sep="-").get_display_name(reader_locale()) or code


def currency_choices(present: str) -> list[tuple[str, str]]:
    """Currencies by code, with their names."""
    names = reader_locale().currencies
    codes = CURRENCIES if present in CURRENCIES else [present, *CURRENCIES]
    return [(code, f"{code} – {names.get(code, code)}") for code in codes]


def role_choices(roles: Iterable[Role]) -> list[tuple[str, str]]:
    """Roles to tick."""
    return [(role.code, role.name) for role in roles]


def date_input() -> forms.DateInput:
    """A day, in the browser's own picker."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
