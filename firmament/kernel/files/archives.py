"""ZIP archives of strangers: their list of contents, and nothing else of them, at a bounded cost."""

import struct
import zipfile
from typing import BinaryIO

_END = b"PK\x05\x06"
_LISTING = 8 * 1024 * 1024


class Overlong(zipfile.BadZipFile):
    """The list of contents is longer than any honest archive's that is taken here."""


def opened(file: BinaryIO) -> zipfile.ZipFile:
    """The archive, its list read; BadZipFile when it is none, Overlong when reading the list would cost too much.

    zipfile makes an object of every line of the list, so that a file of 25 MB could take gigabytes of memory. The
    list's length stands at the end of the archive (APPNOTE.TXT 4.3.16) and is looked at first. A list that needs
    ZIP64's longer numbers is over the bound by itself.
    """
    if _listing_size(file) > _LISTING:
        raise Overlong("the list of contents is too long")
    try:
        return zipfile.ZipFile(file)
    except (ValueError, OverflowError, NotImplementedError, OSError) as error:
        raise zipfile.BadZipFile("not readable as an archive") from error


def _listing_size(file: BinaryIO) -> int:
    size = file.seek(0, 2)
    reach = min(size, 65_557)
    file.seek(size - reach)
    tail = file.read(reach)
    position = tail.rfind(_END)
    if position < 0 or len(tail) < position + 22:
        raise zipfile.BadZipFile("no list of contents")
    (listed,) = struct.unpack("<I", tail[position + 12 : position + 16])
    # zipfile looks for the list where it must end, whatever the start that is claimed; so do we.
    return int(listed)
