"""Cells that a spreadsheet program would run, made inert and back again.

A text that begins like a formula runs when a CSV file is opened (OWASP, CSV injection). A leading
apostrophe keeps it a text. Because a text may itself begin with apostrophes and then a formula,
one more is put before those too, so that taking one away always gives back the original.
"""

import re

# Programs trim blanks before they look, and take the full-width signs of East Asian keyboards too.
_RUNS = re.compile(r"'*(?:[\t\r\n]|[\s\ufeff\u200b]*[=+\-@＝＋－＠])")
_HIDDEN = re.compile(r"'+(?:[\t\r\n]|[\s\ufeff\u200b]*[=+\-@＝＋－＠])")


def hidden(text: str) -> str:
    """The text as it may stand in a CSV file."""
    return f"'{text}" if _RUNS.match(text) else text


def revealed(text: str) -> str:
    """The text that was meant: the inverse of `hidden`, and of the apostrophe people type themselves."""
    return text[1:] if text.startswith("'") and _HIDDEN.match(text) else text
