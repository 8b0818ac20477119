"""Where bytes lie. One Protocol, so that a bucket can take the directory's place."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import UUID, uuid4

from django.conf import settings

CHUNK = 1024 * 1024
_INCOMING = "incoming"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class MissingBytes(Exception):
    """The bytes of a blob are not where they should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Bytes as they were written, or as they lie there."""

    sha256: str
    size: int
    written_at: datetime


class Storage(Protocol):
    """Bytes by SHA-256, each firm's apart. Nothing here knows a database or a name that people gave."""

    def put(self, firm_id: UUID, chunks: Iterable[bytes]) -> Kept:
        """Keep the bytes. They are on the disk, whole and under their hash, when this returns; else nothing is."""

    def open(self, firm_id: UUID, sha256: str) -> BinaryIO:
        """The bytes, with random access; MissingBytes when they are not there. The caller closes it."""

    def delete(self, firm_id: UUID, sha256: str) -> None:
        """Forget the bytes; no error when they are gone already."""

    def kept(self, firm_id: UUID) -> Iterator[Kept]:
        """Everything that lies there for this firm, in no order."""

    def sweep_unfinished(self, firm_id: UUID, *, before: datetime) -> int:
        """Remove what uploads begun before that instant left unfinished; how many there were."""


class LocalStorage:
    """A directory: `<root>/<firm>/<first two letters>/<sha256>`.

    Every step below the root is opened without following symbolic links, so that nothing planted in
    the tree can lead out of it. A file is written beside, synced, and renamed: it is there whole or
    not at all.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, firm_id: UUID, chunks: Iterable[bytes]) -> Kept:
        digest, size = hashlib.sha256(), 0
        with self._folder(firm_id, _INCOMING, create=True) as incoming:
            name = uuid4().hex
            descriptor = os.open(
                name,
                os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC,
                0o400,
                dir_fd=incoming,
            )
            try:
                with os.fdopen(descriptor, "wb") as written:
                    for chunk in chunks:
                        written.write(chunk)
                        digest.update(chunk)
                        size += len(chunk)
                    written.flush()
                    os.fsync(written.fileno())
                sha256 = digest.hexdigest()
                with self._folder(firm_id, sha256[:2], create=True) as home:
                    # Replaces equal bytes if they are there, which also mends ones that have rotted.
                    os.rename(name, sha256, src_dir_fd=incoming, dst_dir_fd=home)
                    os.fsync(home)
                    written_at = _written_at(os.stat(sha256, dir_fd=home))
            except BaseException:
                with suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=incoming)
                raise
        return Kept(sha256=sha256, size=size, written_at=written_at)

    def open(self, firm_id: UUID, sha256: str) -> BinaryIO:
        try:
            with self._folder(firm_id, sha256[:2]) as home:
                descriptor = os.open(sha256, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=home)
        except OSError as error:
            raise MissingBytes(sha256) from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise MissingBytes(sha256)
        return os.fdopen(descriptor, "rb")

    def delete(self, firm_id: UUID, sha256: str) -> None:
        with suppress(FileNotFoundError), self._folder(firm_id, sha256[:2]) as home:
            os.unlink(sha256, dir_fd=home)

    def kept(self, firm_id: UUID) -> Iterator[Kept]:
        for first in range(256):
            try:
                with self._folder(firm_id, f"{first:02x}") as home:
                    found = [
                        (name, os.stat(name, dir_fd=home, follow_symlinks=False)) for name in _names(home)
                    ]
            except FileNotFoundError:
                continue
            for name, status in found:
                if stat.S_ISREG(status.st_mode) and len(name) == 64:
                    yield Kept(sha256=name, size=status.st_size, written_at=_written_at(status))

    def sweep_unfinished(self, firm_id: UUID, *, before: datetime) -> int:
        swept = 0
        with suppress(FileNotFoundError), self._folder(firm_id, _INCOMING) as incoming:
            for name in _names(incoming):
                with suppress(FileNotFoundError):
                    if _written_at(os.stat(name, dir_fd=incoming, follow_symlinks=False)) < before:
                        os.unlink(name, dir_fd=incoming)
                        swept += 1
        return swept

    @contextmanager
    def _folder(self, firm_id: UUID, name: str, *, create: bool = False) -> Iterator[int]:
        """A descriptor of `<root>/<firm>/<name>`, in which names can be used without a path."""
        if create:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptors = [os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)]
        try:
            for step in (firm_id.hex, name):
                if create:
                    with suppress(FileExistsError):
                        os.mkdir(step, 0o700, dir_fd=descriptors[-1])
                        # Without it a crash may lose the folder, and with it the file that is safe inside.
                        os.fsync(descriptors[-1])
                descriptors.append(os.open(step, _FOLDER, dir_fd=descriptors[-1]))
            yield descriptors[-1]
        finally:
            for descriptor in descriptors:
                os.close(descriptor)


def _names(folder: int) -> list[str]:
    return os.listdir(folder)


def _written_at(status: os.stat_result) -> datetime:
    return datetime.fromtimestamp(status.st_mtime, UTC)


def storage() -> Storage:
    """The storage of this installation (`FILES_ROOT`)."""
    return LocalStorage(Path(settings.FILES_ROOT))
