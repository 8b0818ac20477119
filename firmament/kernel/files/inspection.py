"""Whether a file may come in: its size, its content, and what it would unfold to. In plain words."""

import struct
import zipfile
from pathlib import PurePosixPath
from typing import BinaryIO

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from firmament.kernel.files.archives import Overlong, opened
from firmament.kernel.files.limits import MEGABYTE, PDF, PICTURES, Limits, Refused
from firmament.kernel.files.pixels import dimensions
from firmament.kernel.files.sniff import PROGRAM, SCRIPT, WINDOWS_PROGRAM, examine

_EOCD = b"PK\x05\x06"

WORDS: dict[str, str | Promise] = {
    PROGRAM: gettext_lazy("a program"),
    WINDOWS_PROGRAM: gettext_lazy("a Windows program"),
    SCRIPT: gettext_lazy("a script"),
    "application/pdf": gettext_lazy("a PDF document"),
    "application/rtf": gettext_lazy("a text document"),
    "application/msword": gettext_lazy("a Word document"),
    "application/vnd.ms-excel": gettext_lazy("an Excel workbook"),
    "application/vnd.ms-powerpoint": gettext_lazy("a presentation"),
    "application/vnd.ms-outlook": gettext_lazy("an Outlook message"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": gettext_lazy(
        "a Word document"
    ),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": gettext_lazy("an Excel workbook"),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": gettext_lazy(
        "a presentation"
    ),
    "application/vnd.oasis.opendocument.text": gettext_lazy("a text document"),
    "application/vnd.oasis.opendocument.spreadsheet": gettext_lazy("a spreadsheet"),
    "application/vnd.oasis.opendocument.presentation": gettext_lazy("a presentation"),
    "application/x-office-macros": gettext_lazy("an office document with macros"),
    "application/x-encrypted-office": gettext_lazy("an office document with a password"),
    "application/zip": gettext_lazy("a ZIP archive"),
    "application/x-damaged-zip": gettext_lazy("a damaged archive"),
    "application/gzip": gettext_lazy("a compressed archive"),
    "application/x-bzip2": gettext_lazy("a compressed archive"),
    "application/x-xz": gettext_lazy("a compressed archive"),
    "application/x-7z-compressed": gettext_lazy("a compressed archive"),
    "application/vnd.rar": gettext_lazy("a compressed archive"),
    "application/x-tar": gettext_lazy("an archive"),
    "text/plain": gettext_lazy("a plain text"),
    "text/csv": gettext_lazy("a table as text (CSV)"),
    "text/html": gettext_lazy("a web page"),
    "text/xml": gettext_lazy("an XML file"),
    "image/svg+xml": gettext_lazy("a drawing that can run scripts (SVG)"),
    "message/rfc822": gettext_lazy("an e-mail"),
}


def inspect(file: BinaryIO, name: str, size: int, limits: Limits) -> str:
    """The media type of a file that may come in; Refused, saying why, of one that may not.

    Reads headers and tables of contents only. `size` is in bytes.
    """
    if size == 0:
        raise Refused(_("This file is empty. Nothing was uploaded; your other files are safe."))
    if size > limits.max_bytes:
        raise Refused(
            _(
                "This file is too large: at most %(most)s MB fit here. Nothing was uploaded; your other files are safe."
            )
            % {"most": limits.max_bytes // MEGABYTE or round(limits.max_bytes / MEGABYTE, 1)}
        )
    found = examine(file, name)
    if found not in limits.types:
        raise Refused(_wrong_type(found, limits.types))
    _refuse_floods(file, found, limits)
    _refuse_hidden_archives(file, found, size)
    if found == "application/zip" or "officedocument" in found or "opendocument" in found:
        _refuse_bombs(file, limits)
    return found


def describe(media_type: str) -> str | Promise:
    """What people call it: “a web page”."""
    if media_type in WORDS:
        return WORDS[media_type]
    kinds = {
        "image": _("a picture"),
        "video": _("a film"),
        "audio": _("a sound recording"),
        "font": _("a font"),
    }
    return kinds.get(media_type.partition("/")[0], _("a kind of file we do not know"))


def _wrong_type(found: str, types: frozenset[str]) -> str:
    return _("This looks like %(what)s, not %(wanted)s. Nothing was uploaded; your other files are safe.") % {
        "what": describe(found),
        "wanted": _wanted(types),
    }


def _wanted(types: frozenset[str]) -> str | Promise:
    if types <= PDF:
        return _("a PDF")
    if types <= PICTURES:
        return _("a picture")
    if types <= PDF | PICTURES:
        return _("a PDF or a picture")
    if len({str(describe(kind)) for kind in types}) == 1:
        return describe(next(iter(types)))
    if types >= PDF:
        return _("a document such as a PDF, a picture or an office file")
    return _("one of the kinds of file that are asked for here")


def _refuse_floods(file: BinaryIO, found: str, limits: Limits) -> None:
    size = dimensions(file, found)
    if size is not None and size[0] * size[1] > limits.max_pixels:
        raise Refused(
            _(
                "This picture is %(width)s by %(height)s points, which is more than can be shown. Make it smaller and try again; nothing was uploaded."
            )
            % {"width": size[0], "height": size[1]}
        )


def _refuse_hidden_archives(file: BinaryIO, found: str, size: int) -> None:
    """A picture or PDF that is a ZIP archive too: programs disagree about it, which is its purpose."""
    if not found.startswith("image/") and found != "application/pdf":
        return
    reach = min(size, 65_557)
    file.seek(size - reach)
    tail = file.read(reach)
    position = tail.rfind(_EOCD)
    # Only a list of contents that ends exactly with the file is one; four bytes alone are chance.
    if position >= 0 and len(tail) >= position + 22:
        (comment,) = struct.unpack("<H", tail[position + 20 : position + 22])
        if position + 22 + comment == len(tail):
            raise Refused(
                _(
                    "This file has an archive hidden in it. Save it again and try once more; nothing was uploaded."
                )
            )


def _refuse_bombs(file: BinaryIO, limits: Limits) -> None:
    """Judge an archive by its list of contents, before anything is unpacked."""
    try:
        with opened(file) as archive:
            members = archive.infolist()
    except Overlong as error:
        raise Refused(_too_many(limits)) from error
    except zipfile.BadZipFile as error:
        raise Refused(
            _("This file is damaged. Save it again and try once more; nothing was uploaded.")
        ) from error
    if len(members) > limits.max_members:
        raise Refused(_too_many(limits))
    unpacked = sum(member.file_size for member in members)
    dense = any(m.file_size > 10 * MEGABYTE and m.file_size > 200 * max(m.compress_size, 1) for m in members)
    if unpacked > limits.max_unpacked or dense:
        raise Refused(
            _(
                "This file unpacks to far more than it should. Nothing was uploaded; your other files are safe."
            )
        )
    if any(_leads_out(member) for member in members):
        raise Refused(_("This archive would write outside of its own folder. Nothing was uploaded."))


def _too_many(limits: Limits) -> str:
    return ngettext(
        "This archive holds more than %(most)s file. Split it up; nothing was uploaded.",
        "This archive holds more than %(most)s files. Split it up; nothing was uploaded.",
        limits.max_members,
    ) % {"most": limits.max_members}


def _leads_out(member: zipfile.ZipInfo) -> bool:
    name = member.filename.replace("\\", "/")
    is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
    return is_link or name.startswith("/") or ".." in PurePosixPath(name).parts or name[1:2] == ":"
