"""The scanners, against a clamd of our own making: whatever goes wrong, the answer is never “clean”."""

import io
import socket
import struct
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from firmament.kernel.files.scanning import ClamAV, LocalScanner, ScannerUnavailable

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + rb"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
Behaviour = Callable[[socket.socket], None]


@contextmanager
def clamd(behave: Behaviour) -> Iterator[ClamAV]:
    """A server on a port of its own that treats one connection as it is told."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                behave(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield ClamAV(("127.0.0.1", listening.getsockname()[1]), timeout=0.5)
        thread.join(5)


def exactly(connection: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        part = connection.recv(count - len(found))
        assert part
        found += part
    return found


def stream(connection: socket.socket) -> bytes:
    """The content of an INSTREAM session, by the letter of clamd(8)."""
    assert exactly(connection, 10) == b"zINSTREAM\0"
    content = b""
    while length := struct.unpack(">I", exactly(connection, 4))[0]:
        content += exactly(connection, length)
    return content


def honest(connection: socket.socket) -> None:
    content = stream(connection)
    connection.sendall(b"stream: Test.Marker FOUND\0" if b"MARKER" in content else b"stream: OK\0")


def answering(reply: bytes) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        stream(connection)
        connection.sendall(reply)

    return behave


def silent(connection: socket.socket) -> None:
    stream(connection)
    threading.Event().wait(1.0)


def test_a_clean_file_of_many_chunks_arrives_whole_and_is_clean() -> None:
    content = bytes(range(256)) * 1000
    seen = []

    def behave(connection: socket.socket) -> None:
        seen.append(stream(connection))
        connection.sendall(b"stream: OK\0")

    with clamd(behave) as scanner:
        verdict = scanner.scan(io.BytesIO(content))

    assert verdict.clean and seen == [content]


def test_a_finding_is_named() -> None:
    with clamd(honest) as scanner:
        verdict = scanner.scan(io.BytesIO(b"some MARKER here"))

    assert (verdict.clean, verdict.malware) == (False, "Test.Marker")


def test_an_answer_in_pieces_is_one_answer() -> None:
    def behave(connection: socket.socket) -> None:
        stream(connection)
        for piece in (b"stre", b"am: O", b"K", b"\0"):
            connection.sendall(piece)

    with clamd(behave) as scanner:
        assert scanner.scan(io.BytesIO(b"x")).clean


def test_a_file_beyond_the_scanners_size_is_unscannable_even_when_it_hangs_up() -> None:
    def behave(connection: socket.socket) -> None:
        exactly(connection, 14)
        connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    with clamd(behave) as scanner:
        verdict = scanner.scan(io.BytesIO(b"x" * 5_000_000))

    assert (verdict.clean, verdict.unscannable) == (False, "larger than the scanner takes")


UNCLEAR = {
    "an error": answering(b"stream: Can't allocate memory ERROR\0"),
    "nonsense": answering(b"HTTP/1.1 200 OK\0"),
    "an answer without an end": answering(b"stream: OK"),
    "an endless answer": answering(b"A" * 100_000),
    "an empty answer": answering(b"\0"),
    "a hang-up at once": lambda connection: None,
    "a hang-up after the file": answering(b""),
    "silence": silent,
}


@pytest.mark.parametrize("name", UNCLEAR)
def test_an_unclear_answer_is_no_verdict(name: str) -> None:
    with clamd(UNCLEAR[name]) as scanner, pytest.raises(ScannerUnavailable):
        scanner.scan(io.BytesIO(b"x" * 1000))


def test_no_scanner_is_no_verdict() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for address in (("127.0.0.1", port), "/nonexistent/clamd.sock"):
        with pytest.raises(ScannerUnavailable):
            ClamAV(address, timeout=0.5).scan(io.BytesIO(b"x"))


def test_a_socket_in_the_file_system_serves_as_well(tmp_path: Path) -> None:
    place = tmp_path / "clamd.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place))
        listening.listen()

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                assert exactly(connection, 6) == b"zPING\0"
                connection.sendall(b"PONG\0")

        thread = threading.Thread(target=serve)
        thread.start()
        ClamAV(str(place), timeout=1).ping()
        thread.join(5)


def zipped(content: bytes, *, times: int = 1) -> bytes:
    for _ in range(times):
        into = io.BytesIO()
        with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inner", content)
        content = into.getvalue()
    return content


def test_the_local_scanner_knows_the_test_file_wherever_it_hides() -> None:
    scanner = LocalScanner()
    hidden = [EICAR, b"%PDF-1.7\n" + b"x" * 65_000 + EICAR + b"more", zipped(EICAR), zipped(EICAR, times=3)]

    assert [scanner.scan(io.BytesIO(each)).malware for each in hidden] == ["Eicar-Test-Signature"] * 4
    assert scanner.scan(io.BytesIO(b"nothing here")).clean
    assert scanner.scan(io.BytesIO(zipped(b"nothing here", times=2))).clean


def test_what_the_local_scanner_cannot_look_into_is_not_clean() -> None:
    scanner = LocalScanner()
    scanner.most_bytes = 1_000_000

    assert scanner.scan(io.BytesIO(zipped(b"\0" * 5_000_000))).unscannable
    assert scanner.scan(io.BytesIO(zipped(b"deep", times=5))).unscannable


def test_the_local_scanner_finds_the_test_file_of_the_cases(cases: Callable[[str], Path]) -> None:
    with (cases("uploads") / "eicar" / "Upload Insecure Files__EICAR__eicar.txt").open("rb") as file:
        assert not LocalScanner().scan(file).clean
