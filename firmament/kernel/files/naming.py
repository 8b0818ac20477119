"""Names of files as people may see them and as headers may carry them."""

import re
import unicodedata

from django.utils.http import content_disposition_header

_LONGEST_BYTES = 180
# Names of devices: Windows opens the device, whatever the extension.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)

EXTENSIONS: dict[str, tuple[str, ...]] = {
    "application/pdf": ("pdf",),
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/png": ("png",),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/tiff": ("tif", "tiff"),
    "image/bmp": ("bmp",),
    "image/heic": ("heic", "heif"),
    "image/avif": ("avif",),
    "text/plain": ("txt", "text", "log", "md", "json", "ics", "vcf", "sta", "mt940"),
    "text/csv": ("csv", "tsv", "txt"),
    "application/rtf": ("rtf",),
    "application/zip": ("zip",),
    "application/msword": ("doc", "dot"),
    "application/vnd.ms-excel": ("xls", "xlt"),
    "application/vnd.ms-powerpoint": ("ppt", "pps"),
    "application/vnd.ms-outlook": ("msg",),
    "message/rfc822": ("eml",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("pptx",),
    "application/vnd.oasis.opendocument.text": ("odt", "ott"),
    "application/vnd.oasis.opendocument.spreadsheet": ("ods", "ots"),
    "application/vnd.oasis.opendocument.presentation": ("odp", "otp"),
    "video/mp4": ("mp4", "m4v"),
    "video/quicktime": ("mov",),
}


def display_name(given: str, media_type: str) -> str:
    """The name a person gave, made harmless: any script stays, no path, no control or direction characters.

    Its last extension is one of the content's own, so that what was saved as `invoice.pdf.exe`
    and is a PDF comes back as `invoice.pdf.exe.pdf`. At most 180 bytes of UTF-8.
    """
    name = unicodedata.normalize("NFC", given.replace("\\", "/").rsplit("/", 1)[-1])
    # Format characters (Cf) hold the direction overrides that make `exe.fdp` read as `pdf.exe`.
    name = "".join(
        " " if c.isspace() else c
        for c in name
        if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn") or c.isspace()
    )
    name = " ".join(re.sub(r'[<>:"|?*\x00]', "_", name).split()).strip(". ")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    fitting = EXTENSIONS.get(media_type, ())
    if fitting and extension.lower() not in fitting:
        stem, extension = name, fitting[0]
    stem = _cut(stem.strip(". ") or "file", _LONGEST_BYTES - len(extension.encode()) - 1)
    if _DEVICES.match(stem):
        stem = f"_{stem}"
    return f"{stem}.{extension}" if extension else stem


def _cut(text: str, longest: int) -> str:
    return text.encode()[: max(longest, 8)].decode(errors="ignore").rstrip()


def disposition(name: str, *, inline: bool) -> str:
    """The Content-Disposition header (RFC 6266); non-ASCII names in `filename*` (RFC 8187)."""
    header = content_disposition_header(not inline, name)
    assert header is not None
    return header
