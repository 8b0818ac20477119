"""Malware scanners behind one Protocol. Whatever goes wrong, the answer is never “clean”."""

import re
import socket
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Protocol, cast
from urllib.parse import urlsplit

from django.conf import settings

from firmament.kernel.files.archives import Overlong, opened

CHUNK = 64 * 1024
# The standard test file (EICAR, 2003). Taken apart, so that scanners leave this source alone.
_EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + rb"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class ScannerUnavailable(Exception):
    """The scanner could not be asked, or gave no clear answer. It may heal; until then nothing is clean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a scanner says. `malware` names it; `unscannable` says why the file could not be judged whole."""

    malware: str = ""
    unscannable: str = ""

    @property
    def clean(self) -> bool:
        return not (self.malware or self.unscannable)


class Scanner(Protocol):
    """Looks at every byte of a file."""

    name: str

    def scan(self, file: BinaryIO) -> Verdict:
        """The verdict; ScannerUnavailable when there is none."""

    def ping(self) -> None:
        """Return when the scanner answers; else ScannerUnavailable."""


class ClamAV:
    """clamd by its INSTREAM command (clamd(8)): chunks of a 32-bit big-endian length and that many bytes.

    `timeout` is for each wait, in seconds. A scan may take long; a silent scanner may not.
    """

    name = "ClamAV"

    def __init__(self, address: str | tuple[str, int], *, timeout: float = 60.0) -> None:
        self.address = address
        self.timeout = timeout

    def scan(self, file: BinaryIO) -> Verdict:
        file.seek(0)
        with self._connected() as connection:
            connection.sendall(b"zINSTREAM\0")
            try:
                while chunk := file.read(CHUNK):
                    connection.sendall(struct.pack(">I", len(chunk)) + chunk)
                connection.sendall(struct.pack(">I", 0))
            except (BrokenPipeError, ConnectionResetError):
                # clamd hangs up in the middle when its size limit is passed, but says so first.
                return self._verdict(self._reply(connection))
            return self._verdict(self._reply(connection))

    def ping(self) -> None:
        with self._connected() as connection:
            connection.sendall(b"zPING\0")
            if self._reply(connection) != "PONG":
                raise ScannerUnavailable("clamd gives no sensible answer.")

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        try:
            if isinstance(self.address, str):
                connection = _connect_to_file(self.address, self.timeout)
            else:
                connection = socket.create_connection(self.address, timeout=self.timeout)
        except OSError as error:
            raise ScannerUnavailable("clamd cannot be reached.") from error
        try:
            yield connection
        except OSError as error:
            raise ScannerUnavailable("The connection to clamd broke off.") from error
        finally:
            connection.close()

    @staticmethod
    def _reply(connection: socket.socket) -> str:
        reply = b""
        while b"\0" not in reply:
            part = connection.recv(4096)
            if not part or len(reply) > 16_384:
                raise ScannerUnavailable("clamd broke off its answer.")
            reply += part
        return reply.split(b"\0", 1)[0].decode("utf-8", "replace").strip()

    @staticmethod
    def _verdict(reply: str) -> Verdict:
        if reply == "stream: OK":
            return Verdict()
        if found := re.fullmatch(r"stream: (.+) FOUND", reply, re.DOTALL):
            return Verdict(malware=found[1][:120])
        if reply.startswith("INSTREAM size limit exceeded"):
            return Verdict(unscannable="larger than the scanner takes")
        # An error is an answer about the scanner and not about the file.
        raise ScannerUnavailable("clamd gave no clear answer.")


def _connect_to_file(path: str, timeout: float) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout)
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


class LocalScanner:
    """Knows the EICAR test file, also within ZIP archives. For development and tests, where no clamd runs."""

    name = "local"
    deepest = 3
    most_bytes = 200 * 1024 * 1024
    most_members = 2_000

    def scan(self, file: BinaryIO) -> Verdict:
        file.seek(0)
        return self._look(file, 0, [self.most_bytes])

    def ping(self) -> None:
        """Always there."""

    def _look(self, file: BinaryIO, depth: int, budget: list[int]) -> Verdict:
        overlap = b""
        while chunk := file.read(CHUNK):
            budget[0] -= len(chunk)
            if depth and budget[0] < 0:
                return Verdict(unscannable="unpacks to more than can be scanned")
            if _EICAR in overlap + chunk:
                return Verdict(malware="Eicar-Test-Signature")
            overlap = chunk[-len(_EICAR) :]
        try:
            archive = opened(file)
        except Overlong:
            return Verdict(unscannable="more files than can be scanned")
        except zipfile.BadZipFile:
            return Verdict()
        with archive:
            return self._look_inside(archive, depth, budget)

    def _look_inside(self, archive: zipfile.ZipFile, depth: int, budget: list[int]) -> Verdict:
        members = archive.infolist()
        if depth >= self.deepest:
            return Verdict(unscannable="archives within archives")
        if len(members) > self.most_members:
            return Verdict(unscannable="more files than can be scanned")
        for member in members:
            # What has a password is as closed to us as to any scanner.
            if member.is_dir() or member.flag_bits & 1:
                continue
            try:
                with archive.open(member) as inner:
                    verdict = self._look(cast("BinaryIO", inner), depth + 1, budget)
            except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, zlib.error):
                return Verdict(unscannable="a damaged archive")
            if not verdict.clean:
                return verdict
        return Verdict()


def scanner() -> Scanner:
    """The scanner of this installation (`FILES_SCANNER`): `local`, `clamav://host:port` or `clamav:///socket`."""
    setting: str = settings.FILES_SCANNER
    if setting == "local":
        return LocalScanner()
    parts = urlsplit(setting)
    if parts.scheme != "clamav":
        raise ValueError("FIRMAMENT_SCANNER is local, clamav://host:port or clamav:///path/to/socket.")
    return ClamAV((parts.hostname, parts.port or 3310) if parts.hostname else parts.path)
