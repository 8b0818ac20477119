"""Papers: what was given stands in them as it was given, they can be kept and read aloud, and nothing in them runs."""

import io
import re
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from firmament.lib.paper.parts import Columns, Facts, Grid, Heading, Numbers, Paper, Words
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


@pytest.mark.parametrize(
    "words", ["\x00\x07bell", "\ud800 half", "\u202egnp.exe", "x" * 500, "", "a\nb", "中文 \U0001f600"]
)
def test_whatever_somebody_typed_there_is_a_paper(words):
    made = typeset(paper(words))

    assert "A report" in text_of(made)
