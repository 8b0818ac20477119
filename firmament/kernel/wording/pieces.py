"""Wordings that only name values, taken apart and put together: what other programs' templates can say too."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from liquid.exceptions import LiquidError
from liquid.token import TOKEN_CONTENT, TOKEN_EXPRESSION, TOKEN_OUTPUT

from firmament.kernel.wording.lexer import tokens

# A value by itself, or written as a date.
VALUE = re.compile(r"([A-Za-z_][\w.]*)(\s*\|\s*date(time)?(\s*:\s*[\"'][^\"']*[\"'])?)?")
LITERAL = re.compile(r"\"([^\"]*)\"|'([^']*)'")
# What would begin a tag, alone or together with the piece that follows.
OPENS = re.compile(r"\{{2,}|\{(?=%)|\{\Z")


@dataclass(frozen=True, slots=True)
class Value:
    """The place of a value; `style` is its filter, such as `date: "%d.%m.%Y"`."""

    path: str
    style: str = ""


Piece = str | Value


def pieces_of(source: str) -> tuple[Piece, ...] | None:
    """The texts and values of a source in their order; None where it says more than that, or is broken."""
    pieces: list[Piece] = []
    try:
        for token in tokens(source):
            if token.kind == TOKEN_CONTENT:
                pieces.append(token.value)
            elif token.kind == TOKEN_EXPRESSION:
                piece = _piece(token.value)
                if piece is None:
                    return None
                pieces.append(piece)
            elif token.kind != TOKEN_OUTPUT:
                return None
    except LiquidError:
        return None
    return tuple(pieces)


def source_of(pieces: Iterable[Piece]) -> str:
    """A source that says just this: nothing in the texts is taken for a tag."""
    return "".join(literal(piece) if isinstance(piece, str) else _written(piece) for piece in pieces)


def literal(text: str) -> str:
    """A source that shows the text as it is."""
    return OPENS.sub(lambda found: f'{{{{ "{found[0]}" }}}}', text)


def _written(value: Value) -> str:
    return f"{{{{ {value.path} | {value.style} }}}}" if value.style else f"{{{{ {value.path} }}}}"


def _piece(expression: str) -> Piece | None:
    if quoted := LITERAL.fullmatch(expression):
        return quoted[1] if quoted[1] is not None else quoted[2]
    if found := VALUE.fullmatch(expression):
        return Value(found[1], (found[2] or "").strip().removeprefix("|").strip())
    return None
