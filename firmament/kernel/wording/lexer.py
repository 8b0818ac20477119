"""Liquid's tokens, found in one pass.

Liquid's own lexer is a regular expression that looks ahead again at every brace: 64 KB of `{{{{…` take it two
minutes. This one only ever moves forward, and refuses more markup than a letter needs.
"""

import re
from collections.abc import Iterator

from liquid.exceptions import LiquidSyntaxError, ResourceLimitError
from liquid.token import TOKEN_COMMENT, TOKEN_CONTENT, TOKEN_EXPRESSION, TOKEN_OUTPUT, TOKEN_TAG, Token

# What one source may hold of tags and outputs, and how long they may be, in characters: what is measured here is the
# time to parse them, at most 40 ms in all.
PIECES_LIMIT = 2_000
MARKUP_LIMIT = 16_000
PIECE_LIMIT = 2_000
# Liquid looks from every opening bracket to the end of the expression.
BRACKETS_LIMIT = 20

OPENING = re.compile(r"\{[{%]")
NAME = re.compile(r"#|\w+")
CLOSING = {"{{": "}}", "{%": "%}"}


def tokens(source: str) -> Iterator[Token]:
    """The tokens of a source: text, outputs, tags and the expressions in them. There is no `raw` and no `doc`."""
    position = depth = pieces = markup = 0
    stripped = False
    while opening := OPENING.search(source, position):
        start = opening.start()
        end = source.find(CLOSING[opening.group()], start + 2)
        if end < 0:
            raise _error(f"“{opening.group()}” is never closed", source, start)
        inner, begin = source[start + 2 : end], start + 2
        pieces, markup = pieces + 1, markup + len(inner)
        if pieces > PIECES_LIMIT or markup > MARKUP_LIMIT:
            raise ResourceLimitError("too many tags", token=Token(TOKEN_TAG, "", start, source))
        before = source[position:start]
        if not depth:
            yield from _content(before, position, source, left=stripped, right=inner.startswith("-"))
        position, stripped = end + 2, inner.endswith("-") and len(inner) > 1
        begin += inner.startswith("-")
        inner = inner.removeprefix("-").removesuffix("-")
        begin += len(inner) - len(inner.lstrip())
        inner = inner.strip()
        if opening.group() == "{{":
            if not depth:
                yield Token(TOKEN_OUTPUT, source[start:position], start, source)
                yield _expression(inner, begin, source)
            continue
        name = NAME.match(inner)
        if depth:
            depth += {"comment": 1, "endcomment": -1}.get(name.group() if name else "", 0)
            if depth:
                continue
            yield Token(TOKEN_COMMENT, "", start, source)
        elif name and name.group() == "comment":
            depth = 1
        yield from _tag(name, inner, begin, source)
    if not depth:
        yield from _content(source[position:], position, source, left=stripped, right=False)


def _content(text: str, index: int, source: str, *, left: bool, right: bool) -> Iterator[Token]:
    text = text.lstrip() if left else text
    text = text.rstrip() if right else text
    if text:
        yield Token(TOKEN_CONTENT, text, index, source)


def _tag(name: re.Match[str] | None, inner: str, index: int, source: str) -> Iterator[Token]:
    if not name:
        raise _error("a tag has no name", source, index)
    yield Token(TOKEN_TAG, name.group(), index, source)
    rest = inner[name.end() :]
    if expression := rest.strip():
        yield _expression(expression, index + name.end() + len(rest) - len(rest.lstrip()), source)


def _expression(text: str, index: int, source: str) -> Token:
    if len(text) > PIECE_LIMIT or text.count("(") + text.count("[") > BRACKETS_LIMIT:
        raise ResourceLimitError("a tag is too long", token=Token(TOKEN_TAG, "", index, source))
    return Token(TOKEN_EXPRESSION, text, index, source)


def _error(text: str, source: str, index: int) -> LiquidSyntaxError:
    return LiquidSyntaxError(text, token=Token(TOKEN_TAG, "", index, source))
