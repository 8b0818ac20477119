"""What may be uploaded, said by the room that asks for it."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024

PDF = frozenset({"application/pdf"})
PICTURES = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/heic",
        "image/avif",
        "image/tiff",
        "image/gif",
        "image/bmp",
    }
)
SCANS = frozenset({"image/jpeg", "image/png", "image/webp", "image/heic", "image/tiff"})
SPREADSHEETS = frozenset(
    {
        "text/csv",
        "application/vnd.ms-excel",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)
TEXTS = frozenset(
    {
        "text/plain",
        "application/msword",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
)
# What people mean by a kind of file. A scan of a page is as good as its PDF.
TYPES_OF_KIND: dict[str, frozenset[str]] = {
    "any": PDF | SCANS | SPREADSHEETS | TEXTS,
    "pdf": PDF,
    "image": SCANS | PDF,
    "spreadsheet": SPREADSHEETS,
    "text": TEXTS | PDF,
}


class Refused(Exception):
    """The file was not taken, and nothing else was lost. The text is for the person who chose it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large a file may be and which media types it may have, told from its content.

    `max_pixels` holds for pictures: a small file may unfold to many gigabytes when it is drawn. The
    largest telephones make 200 megapixels. `max_unpacked` (bytes) and `max_members` hold for ZIP
    archives and for office documents, which are archives too.
    """

    max_bytes: int
    types: frozenset[str]
    max_pixels: int = 250_000_000
    max_unpacked: int = 500 * MEGABYTE
    max_members: int = 10_000
