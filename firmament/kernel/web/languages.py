"""The languages that people write in, by the names the reader knows them by."""

from babel import Locale, UnknownLocaleError

from firmament.ui.readable import locale

LANGUAGES = (
    "en", "de", "de-AT", "de-CH", "fr", "fr-CH", "it", "es", "pt", "nl", "da", "sv", "nb", "fi", "pl", "cs",
)  # fmt: skip


def language_name(code: str) -> str:
    """A language in the reader's words: "German (Austria)"."""
    try:
        return (Locale.parse(code, sep="-").get_display_name(locale()) or code).capitalize()
    except (UnknownLocaleError, ValueError):
        return code
