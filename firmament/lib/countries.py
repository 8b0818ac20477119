"""Countries as people write them: by name in many languages, by habit, or by their two-letter code."""

from functools import cache

from babel import Locale

from firmament.lib.text import folded

# The languages in which lists name countries; others are understood by their two-letter code.
LANGUAGES = (
    "en",
    "de",
    "fr",
    "es",
    "it",
    "nl",
    "pl",
    "pt",
    "da",
    "sv",
    "nb",
    "fi",
    "cs",
    "sk",
    "hu",
    "ro",
    "el",
    "uk",
)
# What people write and no standard knows.
HABITS = {"uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "usa": "US", "holland": "NL"}
# Two letters for which CLDR has a name, and which are no country: unions, left-overs, tests, the unknown.
NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


@cache
def _codes() -> dict[str, str]:
    names = dict(HABITS)
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES:
                names.setdefault(folded(name), code)
    return names


def country_code(text: str) -> str | None:
    """Two letters (ISO 3166-1) from a code or a name; None for what is neither."""
    code = text.strip().upper()
    known = _codes()
    return code if code in known.values() else known.get(folded(text))
