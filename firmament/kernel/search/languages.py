"""Which dictionary reads a text, and the folding that lets people leave out accents."""

import unicodedata

# Those that PostgreSQL brings along, by language.
CONFIGURATIONS: dict[str, str] = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "nb": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
PLAIN = "simple"


def configuration(language: str) -> str:
    """The text search configuration of a language tag ("de-AT"); `simple` for one without a dictionary."""
    return CONFIGURATIONS.get(language.lower().replace("_", "-").partition("-")[0], PLAIN)


def _base(character: str) -> str:
    """The letter without its marks, where that is one letter; else the character as it is."""
    first, *marks = list(unicodedata.normalize("NFD", character))
    return first if marks and first.isascii() and all(map(unicodedata.combining, marks)) else character


# Latin with marks. One character stays one character, so a place in the folded text is the same place in the text.
ACCENTED = "".join(
    chr(point) for point in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)) if _base(chr(point)) != chr(point)
)
PLAIN_LETTERS = "".join(_base(character) for character in ACCENTED)
# Control characters but tab and line feed: highlighting needs some for its own marks, and none is ever looked for.
_CONTROL = dict.fromkeys([*range(9), *range(11, 32), 127], " ")
_TABLE = str.maketrans(ACCENTED, PLAIN_LETTERS)


def composed(text: str) -> str:
    """The text as it is kept: marks joined with their letters, and nothing PostgreSQL has no place for."""
    return unicodedata.normalize("NFC", text).translate(_CONTROL)


def unaccented(text: str) -> str:
    """The composed text without marks, of the same length: what both sides of a comparison are read through."""
    return text.translate(_TABLE)
