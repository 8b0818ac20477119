"""What a file is, told from its bytes. Its name and what the browser says of it count for nothing.

The types that firms exchange and the ones that do harm are told by our own rules; puremagic names
the rest. Everything here reads a bounded number of bytes and decodes nothing.
"""

import codecs
import re
import zipfile
import zlib
from typing import BinaryIO

import puremagic

from firmament.kernel.files.archives import Overlong, opened
from firmament.lib.tabular.encoding import decode
from firmament.lib.tabular.table import TableError

HEAD = 64 * 1024
UNKNOWN = "application/octet-stream"
PROGRAM = "application/x-executable"
WINDOWS_PROGRAM = "application/vnd.microsoft.portable-executable"
SCRIPT = "text/x-script"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")

# At the very beginning. Longer marks first where one begins another.
_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"\x7fELF", PROGRAM),
    (b"\xfe\xed\xfa\xce", PROGRAM),
    (b"\xfe\xed\xfa\xcf", PROGRAM),
    (b"\xce\xfa\xed\xfe", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),  # Mach-O for several machines, and Java classes
    (b"dex\n", PROGRAM),
    (b"\0asm", PROGRAM),
    (b"MSCF\0\0\0\0", WINDOWS_PROGRAM),  # cabinets install things
    (b"L\0\0\0\x01\x14\x02\0", WINDOWS_PROGRAM),  # shortcuts run things
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
)
_FTYP = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"hevc": "image/heic",
    b"hevx": "image/heic",
    b"mif1": "image/heic",
    b"msf1": "image/heic",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"qt  ": "video/quicktime",
}
# Storages of the old office container, by the UTF-16 names in its directory.
_STREAMS = (
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
    ("EncryptedPackage", "application/x-encrypted-office"),
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_TEXT_BY_ENDING = {
    "csv": "text/csv",
    "tsv": "text/csv",
    "eml": "message/rfc822",
}
# What browsers take for HTML (WHATWG MIME Sniffing §7.1), and everything else that begins like it.
_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?[\s\0]*(?:<!--.*?-->\s*)*<([a-z!?/][\w:.-]*)", re.IGNORECASE | re.DOTALL
)
_SCRIPTED = re.compile(rb"<\?php|<\?=|<%@|<script[\s>]|<jsp:", re.IGNORECASE)


def media_type(head: bytes, name: str = "") -> str:
    """The type told from the first bytes alone (`HEAD` are enough); ZIP stays ZIP. See `examine`.

    `name` only parts texts from one another: a CSV file and a note look the same.
    """
    if not head:
        return "application/x-empty"
    return _by_mark(head) or _by_text(head, name) or _by_puremagic(head)


def examine(file: BinaryIO, name: str) -> str:
    """The type of a whole file: as `media_type`, and ZIP archives and old office files are looked into."""
    file.seek(0)
    head = file.read(HEAD)
    found = media_type(head, name)
    if found == "application/zip":
        return _in_archive(file)
    if found == "application/x-ole-storage":
        return _in_ole(file)
    return found


def _by_mark(head: bytes) -> str:
    for mark, found in _MARKS:
        if head.startswith(mark):
            return found
    if head.startswith(_ZIP):
        return "application/zip"
    if head.startswith(_OLE):
        return "application/x-ole-storage"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _FTYP.get(head[8:12], "video/mp4")
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    # Two letters alone would catch a text about Mozambique; programs are binary from the start.
    if head[:2] in (b"MZ", b"ZM") and (b"\0" in head[:1024] or not _is_text(head[:1024])):
        return WINDOWS_PROGRAM
    # Printers and scanners put lines of their own before a PDF, and viewers allow for 1024 bytes of them
    # (ISO 32000-1 annex H.3.4.1). With a tag in them it is a web page in disguise.
    start = head[:1024].find(b"%PDF-")
    return "application/pdf" if start >= 0 and b"<" not in head[:start] else ""


def _by_text(head: bytes, name: str) -> str:
    if not _is_text(head):
        return ""
    plain = _as_ascii(head)
    if plain.startswith(b"#!"):
        return SCRIPT
    if markup := _MARKUP.match(plain):
        return _markup_type(markup[1].lower(), plain)
    if _SCRIPTED.search(plain[:4096]):
        return SCRIPT
    return _TEXT_BY_ENDING.get(name.rpartition(".")[2].lower(), "text/plain")


def _markup_type(tag: bytes, plain: bytes) -> str:
    if tag == b"?php":
        return SCRIPT
    if re.search(rb"<(?:\w+:)?svg[\s>]", plain[:8192], re.IGNORECASE):
        return "image/svg+xml"
    is_page = re.search(rb"<html[\s>]|<!doctype html", plain[:8192], re.IGNORECASE)
    return "text/xml" if tag.startswith((b"?xml", b"!doctype")) and not is_page else "text/html"


def _is_text(head: bytes) -> bool:
    """Whether the bytes are text of some encoding: no control characters that texts have no use for."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head[: len(head) // 2 * 2]
    try:
        text, _ = decode(head)
    except TableError:
        return False
    strange = sum(1 for character in text[:4096] if character < " " and character not in "\t\n\r\f\x1b\x1a")
    return strange == 0


def _as_ascii(head: bytes) -> bytes:
    """The text with everything beyond ASCII as `?`, so that UTF-16 hides no tag from a pattern."""
    return decode(head[: len(head) // 4 * 4] or head)[0].encode("ascii", "replace")


def _by_puremagic(head: bytes) -> str:
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    named = [match.mime_type for match in matches if match.mime_type and match.confidence >= 0.3]
    return named[0] if named else UNKNOWN


def _in_archive(file: BinaryIO) -> str:
    """What kind of ZIP it is, from the names in its own list."""
    try:
        with opened(file) as archive:
            names = set(archive.namelist())
            mimetype = _opendocument(archive) if "mimetype" in names else ""
    except Overlong:
        return "application/zip"
    except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError, EOFError, zlib.error):
        return "application/x-damaged-zip"
    if any(name.endswith("vbaProject.bin") for name in names):
        return "application/x-office-macros"
    if "META-INF/MANIFEST.MF" in names or "AndroidManifest.xml" in names:
        return PROGRAM
    if mimetype:
        return mimetype
    if "[Content_Types].xml" in names:
        for folder, kind in (
            ("word/", "wordprocessingml.document"),
            ("xl/", "spreadsheetml.sheet"),
            ("ppt/", "presentationml.presentation"),
        ):
            if any(name.startswith(folder) for name in names):
                return _OFFICE + kind
    return "application/zip"


def _opendocument(archive: zipfile.ZipFile) -> str:
    with archive.open("mimetype") as part:
        found = part.read(100).decode("ascii", "replace").strip()
    return found if found.startswith("application/vnd.oasis.opendocument.") else ""


def _in_ole(file: BinaryIO) -> str:
    """Which office program wrote it; installers (MSI) share the container and are programs."""
    file.seek(0)
    found = ""
    overlap = b""
    while chunk := file.read(1024 * 1024):
        window = overlap + chunk
        for name, kind in _STREAMS:
            # A directory entry is the name in UTF-16, then zeros up to 64 bytes.
            if not found and (name.encode("utf-16-le") + b"\0\0") in window:
                found = kind
        overlap = window[-128:]
    return found or WINDOWS_PROGRAM
