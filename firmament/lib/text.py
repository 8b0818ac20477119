"""Text as the database can keep it, and as people compare it."""

import unicodedata


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can keep the text: it has no place for U+0000, and half a surrogate pair has no encoding."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def folded(text: str) -> str:
    """The text as two people would call it the same: width, case and blanks do not count.

    Unicode NFKC, then lower case by simple mapping, character by character: what PostgreSQL's
    `lower(normalize(…, NFKC))` gives too, so that both sides of a comparison agree.
    """
    lower = "".join(character.lower()[0] for character in unicodedata.normalize("NFKC", text))
    return " ".join(lower.split())
