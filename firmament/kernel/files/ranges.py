"""Byte ranges of a request (RFC 9110 §14), one at a time."""

import re
from collections.abc import Iterator
from typing import BinaryIO

CHUNK = 64 * 1024


class Unsatisfiable(Exception):
    """The range lies beyond the file: 416."""


def wanted(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte asked for; None to send everything.

    Several ranges at once are answered with everything, which RFC 9110 §14.2 allows: nobody needs them, and they
    make a small request cost much.
    """
    found = re.fullmatch(r"bytes=([0-9]{0,19})-([0-9]{0,19})", header.strip())
    if found is None or (found[1], found[2]) == ("", ""):
        return None
    if not found[1]:
        length = int(found[2])
        if length == 0:
            raise Unsatisfiable
        return max(size - length, 0), size - 1
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if first >= size:
        raise Unsatisfiable
    return None if last < first else (first, last)


class Pieces:
    """The bytes of a file from `first` to `last`, in chunks.

    A class and no generator: closing a generator that was never begun leaves its file open, and that is what happens
    when nobody listens any more.
    """

    def __init__(self, file: BinaryIO, first: int, last: int) -> None:
        self._file = file
        self._left = last - first + 1
        file.seek(first)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = self._file.read(min(CHUNK, self._left)) if self._left > 0 else b""
        if not piece:
            self.close()
            raise StopIteration
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        """Let go of the file; Django calls it with the response's own."""
        self._left = 0
        self._file.close()
