"""Papers: what was given stands in them as it was given, they can be kept and read aloud, and nothing in them runs."""

import io
import re
import struct
import zlib
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from firmament.lib.paper.parts import Columns, Facts, Grid, Heading, Numbers, Paper, Picture, Words
from firmament.lib.paper.typesetting import is_archival, typeset

HOSTILE = (
    '#panic("x") #read("/etc/passwd") #import "@preview/x:1.0.0"',
    "*bold* _slanted_ `code` $x^2$ @ref <label> \\ = head // no /* comment",
    "]#[ }{ ) ( \" ' \\u{202e}",
    "=HYPERLINK(1) & <b>html</b> {{ 7*7 }} %s",
)


def paper(words="words", rows=3, **given):
    return Paper(
        **{
            "title": "A report",
            "subtitle": "November 2026",
            "issuer": "Harbor & Vale",
            "accent": "#14639c",
            "language": "en",
            "page_of": "Page {page} of {pages}",
            "made_at": datetime(2026, 11, 29, 5, 15, tzinfo=UTC),
            "footer": "Confidential",
            "blocks": (
                Facts(pairs=(("Made for", "Alice"),)),
                Heading(text="Part"),
                Words(text=words),
                Numbers(pairs=(("Roles", "12"), ("Walls", "3"))),
                Columns(shares=(0.0, 0.5, 1.0), first="1 Nov", last="3 Nov"),
                Grid(
                    head=("Person", "Number"),
                    rows=tuple((f"{words} {at}", str(at)) for at in range(rows)),
                    sides=("left", "right"),
                    shares=tuple(at / rows for at in range(rows)),
                ),
            ),
            **given,
        }
    )


def text_of(pdf):
    found = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return re.sub(r"\s+", " ", found.replace("\u200b", ""))


@pytest.mark.parametrize("words", HOSTILE)
def test_words_that_look_like_markup_are_words(words):
    found = text_of(typeset(paper(words, title=words, issuer=words, footer=words, page_of=words)))

    assert found.count(words) >= 6


def test_it_can_be_kept_for_decades_and_read_aloud_and_counts_its_pages():
    made = typeset(paper(rows=90))

    reader = PdfReader(io.BytesIO(made))
    root = reader.trailer["/Root"]
    assert is_archival(made)
    assert b"pdfuaid" in made
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en"
    assert reader.metadata.title == "A report"
    last = len(reader.pages)
    assert last > 1 and f"Page {last} of {last}" in text_of(made)
    assert made == typeset(paper(rows=90))


def pictures_in(pdf: bytes) -> int:
    named = (page["/Resources"].get("/XObject", {}) for page in PdfReader(io.BytesIO(pdf)).pages)
    return sum(one.get_object()["/Subtype"] == "/Image" for found in named for one in found.values())


def png(width=40, height=12) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes((20, 99, 156, 255)) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def test_the_issuers_logo_stands_on_the_first_page():
    made = typeset(paper(rows=90, logo=Picture(content=png(), media_type="image/png")))

    assert len(PdfReader(io.BytesIO(made)).pages) > 1
    assert pictures_in(made) == 1
    assert is_archival(made)
    assert pictures_in(typeset(paper())) == 0


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\nrubbish", png()[:60], b"<svg/>", b"RIFF____WEBPVP8 "]
)
@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/webp"])
def test_a_logo_that_cannot_be_drawn_takes_no_paper_with_it(content, media_type):
    made = typeset(paper(logo=Picture(content=content, media_type=media_type)))

    assert pictures_in(made) == 0
    assert "words 2" in text_of(made)


@pytest.mark.parametrize(
    "words", ["\x00\x07bell", "\ud800 half", "\u202egnp.exe", "x" * 500, "", "a\nb", "中文 \U0001f600"]
)
def test_whatever_somebody_typed_there_is_a_paper(words):
    made = typeset(paper(words))

    assert "A report" in text_of(made)
