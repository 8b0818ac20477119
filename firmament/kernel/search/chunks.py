"""Cutting a page into parts that a vector can stand for."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# In words; a word is about 1.3 tokens, and MiniLM reads 256 of them with the title in front.
LONGEST = 180
# A new heading begins a new chunk once this much is gathered: a list of short parts stays together.
SHORTEST = 60
MOST_CHUNKS = 500

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page under its heading; the first may have none. `internal`: for the firm's own people alone."""

    heading: str
    text: str
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """What becomes one chunk."""

    heading: str
    text: str
    internal: bool = False


def sections(markdown: str) -> tuple[Section, ...]:
    """Markdown, parted at its headings (`# …`); headings inside a fenced block are text."""
    found: list[Section] = []
    heading, lines, fenced = "", list[str](), False
    for line in markdown.splitlines():
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        named = None if fenced else _HEADING.match(line)
        if named is None:
            lines.append(line)
            continue
        found.append(Section(heading, "\n".join(lines).strip()))
        heading, lines = named[1], []
    found.append(Section(heading, "\n".join(lines).strip()))
    return tuple(section for section in found if section.heading or section.text)


def pieces(parts: Iterable[Section]) -> list[Piece]:
    """The page in pieces of at most LONGEST words, never across a heading unless both sides are short.

    At least one piece that is not internal, so that a title alone is found too; at most MOST_CHUNKS, so that no single
    object fills the index.
    """
    given = list(parts)
    made = [*_pieces([part for part in given if not part.internal], internal=False)] or [Piece("", "")]
    made += _pieces([part for part in given if part.internal], internal=True)
    return made[:MOST_CHUNKS]


def _pieces(parts: Iterable[Section], *, internal: bool) -> Iterator[Piece]:
    heading, gathered, words = "", list[str](), 0
    for part in parts:
        beginning = True
        for sentence in _sentences(part.text):
            length = len(sentence.split())
            if gathered and (words + length > LONGEST or (beginning and part.heading and words >= SHORTEST)):
                yield Piece(heading, " ".join(gathered), internal)
                gathered, words, beginning = [], 0, True
            if not gathered:
                heading = part.heading
            elif beginning and part.heading:
                gathered.append(f"{part.heading}:")
            gathered.append(sentence)
            words += length
            beginning = False
    if gathered:
        yield Piece(heading, " ".join(gathered).strip(), internal)


def _sentences(text: str) -> Iterator[str]:
    """Sentences; one that is too long by itself is cut between words. A heading without text is one empty sentence."""
    for sentence in list(filter(str.strip, _SENTENCE.split(text.strip()))) or [""]:
        words = sentence.split()
        for start in range(0, len(words) or 1, LONGEST):
            yield " ".join(words[start : start + LONGEST])
