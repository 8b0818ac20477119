"""How large a picture is when it is drawn, read from its header. Nothing is decoded."""

import struct
from typing import BinaryIO

# Start-of-frame markers of JPEG (ITU T.81 table B.1): C0–CF without DHT, JPG and DAC.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def dimensions(file: BinaryIO, media_type: str) -> tuple[int, int] | None:
    """Width and height in pixels; None when the header does not say, or the type is no picture."""
    reader = _READERS.get(media_type)
    if reader is None:
        return None
    file.seek(0)
    try:
        return reader(file)
    except (struct.error, IndexError):
        return None


def _png(file: BinaryIO) -> tuple[int, int]:
    width, height = struct.unpack(">II", file.read(24)[16:24])
    return width, height


def _gif(file: BinaryIO) -> tuple[int, int]:
    width, height = struct.unpack("<HH", file.read(10)[6:10])
    return width, height


def _bmp(file: BinaryIO) -> tuple[int, int]:
    width, height = struct.unpack("<ii", file.read(26)[18:26])
    return abs(width), abs(height)


def _jpeg(file: BinaryIO) -> tuple[int, int] | None:
    file.seek(2)
    # Real files have some dozens of segments before the frame; a bound keeps hostile ones cheap.
    for _ in range(2_000):
        byte = file.read(1)
        while byte and byte != b"\xff":
            byte = file.read(1)
        while byte == b"\xff":
            byte = file.read(1)
        if not byte:
            return None
        marker = byte[0]
        if marker in (0xD8, 0x01) or 0xD0 <= marker <= 0xD7:
            continue
        (length,) = struct.unpack(">H", file.read(2))
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", file.read(5)[1:5])
            return width, height
        file.seek(max(length - 2, 0), 1)
    return None


def _webp(file: BinaryIO) -> tuple[int, int] | None:
    head = file.read(30)
    match head[12:16]:
        case b"VP8X":
            return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
        case b"VP8L":
            bits = int.from_bytes(head[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 ":
            width, height = struct.unpack("<HH", head[26:30])
            return width & 0x3FFF, height & 0x3FFF
    return None


def _tiff(file: BinaryIO) -> tuple[int, int] | None:
    head = file.read(8)
    order = "<" if head[:2] == b"II" else ">"
    (offset,) = struct.unpack(order + "I", head[4:8])
    file.seek(offset)
    (count,) = struct.unpack(order + "H", file.read(2))
    found: dict[int, int] = {}
    for _ in range(min(count, 200)):
        tag, kind, _number, raw = struct.unpack(order + "HHI4s", file.read(12))
        if tag in (256, 257):
            found[tag] = struct.unpack(order + ("H" if kind == 3 else "I"), raw[: 2 if kind == 3 else 4])[0]
    return (found[256], found[257]) if len(found) == 2 else None


def _heif(file: BinaryIO) -> tuple[int, int] | None:
    """The largest `ispe` box (ISO/IEC 23008-12 §6.5.3); tiles have smaller ones."""
    head = file.read(256 * 1024)
    found: list[tuple[int, int]] = []
    position = head.find(b"ispe")
    while position >= 0 and len(found) < 500:
        box = head[position + 8 : position + 16]
        if len(box) == 8:
            found.append(struct.unpack(">II", box))
        position = head.find(b"ispe", position + 4)
    return max(found, key=lambda each: each[0] * each[1]) if found else None


_READERS = {
    "image/png": _png,
    "image/gif": _gif,
    "image/bmp": _bmp,
    "image/jpeg": _jpeg,
    "image/webp": _webp,
    "image/tiff": _tiff,
    "image/heic": _heif,
    "image/avif": _heif,
}
