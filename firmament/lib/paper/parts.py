"""What a paper is made of: finished words. Nothing in them is ever read as markup."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Side = Literal["left", "right"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Where a part begins; it stands in the outline of the PDF."""

    text: str
    level: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A paragraph. `quiet`: smaller and paler, for what explains."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Names and values below each other: who, when, until when."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """A row of large numbers, each with what it counts."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table. `sides` says to which side each column stands.

    `shares` draws a bar beside each row, 0 to 1; the numbers themselves are in the cells, so a reader by ear loses nothing.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sides: tuple[Side, ...]
    shares: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """A course as a picture: a column for each place, 0 to 1. Decoration: the numbers stand in a table beside it."""

    shares: tuple[float, ...]
    first: str
    last: str


Block = Heading | Words | Facts | Numbers | Grid | Columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture as it was uploaded, with what kind it is: "image/png", "image/jpeg" or "image/webp"."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A whole document. `accent` is "#rrggbb"; `page_of` says "Page {page} of {pages}" in the reader's language.

    `logo` stands beside the issuer's name, so nobody needs to have it read aloud. `made_at` is the instant that stands in the file, so that the same paper made again is the same bytes.
    """

    title: str
    subtitle: str
    issuer: str
    accent: str
    language: str
    page_of: str
    made_at: datetime
    blocks: tuple[Block, ...]
    footer: str = ""
    logo: Picture | None = None
