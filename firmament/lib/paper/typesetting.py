"""From a paper to PDF, by Typst within this process: no file but our own layout and the logo is read, nothing is fetched.

PDF/A-2a and PDF/UA-1, so that it can be kept for decades and read aloud. Both ask that every letter has a shape. Where
the letters that Typst brings lack one, such as those of a Chinese name, the machine's own fonts are asked; where these
lack it too, the paper is tagged PDF 1.7 and shows a box for it.
"""

from __future__ import annotations

import json
import logging
import re
import unicodedata
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import typst

from firmament.lib.paper.parts import Block, Paper

LAYOUT = Path(__file__).with_name("paper.typ")
ARCHIVAL: tuple[typst.PDFStandard, ...] = ("a-2a", "ua-1")
# What a column may hold in one piece; a longer word may be broken there, or it would run over its neighbour.
WORD = 28
LONG_WORD = re.compile(rf"\S{{{WORD}}}(?=\S)")
# They have no shape of their own. Those that turn the direction of reading could make a name read as another.
SHAPELESS = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


log = logging.getLogger(__name__)


def typeset(paper: Paper) -> bytes:
    """The paper as PDF. The same paper gives the same bytes. A logo that cannot be drawn is left out, not the paper."""
    try:
        return _typeset(paper)
    except typst.TypstError as error:
        if paper.logo is None or "decode image" not in error.message:
            raise
        log.warning("A logo could not be drawn on a paper", extra={"media_type": paper.logo.media_type})
        return _typeset(replace(paper, logo=None))


def _typeset(paper: Paper) -> bytes:
    data = json.dumps(_plain(paper), ensure_ascii=False)
    refusal: typst.TypstError | None = None
    for system_fonts, standards in ((False, ARCHIVAL), (True, ARCHIVAL), (True, ())):
        try:
            return _compiled(data, paper, system_fonts=system_fonts, standards=standards)
        except typst.TypstError as error:
            if "could not be displayed" not in error.message:
                raise
            refusal = error
    raise AssertionError("PDF without a standard takes every letter") from refusal


def is_archival(pdf: bytes) -> bool:
    """Whether the file says of itself that it can be kept for decades."""
    return b"pdfaid" in pdf


def _compiled(
    data: str, paper: Paper, *, system_fonts: bool, standards: tuple[typst.PDFStandard, ...]
) -> bytes:
    # Beneath its root Typst may read files; there is none but the logo. The layout it is given.
    with TemporaryDirectory() as root:
        if paper.logo is not None:
            (Path(root) / "logo").write_bytes(paper.logo.content)
        compiler = typst.Compiler(
            LAYOUT.read_bytes(),
            root=root,
            font_paths=_fonts(system=system_fonts),
            ignore_system_fonts=not system_fonts,
            sys_inputs={"paper": data},
            package_path=root,
            package_cache_path=root,
        )
        made = compiler.compile(
            format="pdf", pdf_standards=list(standards), timestamp=int(paper.made_at.timestamp())
        )
    return cast("bytes", made)


@cache
def _fonts(*, system: bool) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=system, include_embedded_fonts=True)


def _plain(paper: Paper) -> dict[str, Any]:
    at = paper.made_at
    found = _clean(asdict(replace(paper, logo=None)))
    found["logo"] = (
        paper.logo.media_type.removeprefix("image/").replace("jpeg", "jpg") if paper.logo else None
    )
    found["blocks"] = [_block(block) for block in paper.blocks]
    found["date"] = [at.year, at.month, at.day, at.hour, at.minute, at.second]
    del found["made_at"]
    return cast("dict[str, Any]", found)


def _block(block: Block) -> dict[str, Any]:
    return {**_clean(asdict(block)), "kind": type(block).__name__.lower()}


def _clean(value: Any) -> Any:
    match value:
        case str():
            return _words(value)
        case dict():
            return {name: _clean(one) for name, one in value.items()}
        case list() | tuple():
            return [_clean(one) for one in value]
        case _:
            return value


def _words(text: str) -> str:
    """Words that can be set: on one line, without characters that have no shape, and with places to break long ones."""
    shown = "".join(" " if c in "\n\r\t\v\f\x85\u2028\u2029" else c for c in text)
    shown = "".join(c for c in shown if unicodedata.category(c) not in SHAPELESS)
    return LONG_WORD.sub(lambda found: f"{found[0]}\u200b", shown)
