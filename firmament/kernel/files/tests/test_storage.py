"""Bytes are whole or not there, and nothing planted in the tree leads out of it."""

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from firmament.kernel.files.storage import LocalStorage, MissingBytes

FIRM, OTHER = uuid4(), uuid4()


def files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def test_bytes_come_back_as_they_were_and_at_random(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "files")
    kept = storage.put(FIRM, [b"hello ", b"world"])

    assert (kept.sha256, kept.size) == (hashlib.sha256(b"hello world").hexdigest(), 11)
    with storage.open(FIRM, kept.sha256) as file:
        file.seek(6)
        assert file.read() == b"world"


def test_equal_bytes_are_kept_once_in_a_firm_and_apart_between_firms(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    first = storage.put(FIRM, [b"same"])
    storage.put(FIRM, [b"sa", b"me"])
    assert len(files(tmp_path)) == 1

    with pytest.raises(MissingBytes):
        storage.open(OTHER, first.sha256)
    storage.put(OTHER, [b"same"])
    assert len(files(tmp_path)) == 2


def test_an_upload_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        LocalStorage(tmp_path).put(FIRM, broken())

    assert files(tmp_path) == []


def test_a_symbolic_link_in_the_tree_is_not_followed(tmp_path: Path) -> None:
    storage, secret = LocalStorage(tmp_path / "files"), tmp_path / "secret"
    secret.write_text("secret")
    kept = storage.put(FIRM, [b"x"])
    place = tmp_path / "files" / FIRM.hex / kept.sha256[:2]

    (place / kept.sha256).unlink()
    (place / kept.sha256).symlink_to(secret)
    with pytest.raises(MissingBytes):
        storage.open(FIRM, kept.sha256)

    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "files" / OTHER.hex).symlink_to(outside)
    with pytest.raises(OSError):
        storage.put(OTHER, [b"x"])
    assert list(outside.iterdir()) == []


def test_a_name_that_is_no_hash_finds_nothing(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    storage.put(FIRM, [b"x"])
    for name in ("../../etc/passwd", "..", "", "/etc/passwd"):
        with pytest.raises(MissingBytes):
            storage.open(FIRM, name)


def test_deleting_is_done_once_and_asked_often(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    kept = storage.put(FIRM, [b"x"])
    assert [each.sha256 for each in storage.kept(FIRM)] == [kept.sha256]

    storage.delete(FIRM, kept.sha256)
    storage.delete(FIRM, kept.sha256)
    storage.delete(OTHER, kept.sha256)

    assert list(storage.kept(FIRM)) == []


def test_only_old_unfinished_uploads_are_swept(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    storage.put(FIRM, [b"x"])
    incoming = tmp_path / FIRM.hex / "incoming"
    for name, age in (("old", 48), ("new", 0)):
        (incoming / name).write_bytes(b"half")
        then = (datetime.now(UTC) - timedelta(hours=age)).timestamp()
        os.utime(incoming / name, (then, then))

    swept = storage.sweep_unfinished(FIRM, before=datetime.now(UTC) - timedelta(days=1))

    assert (swept, [path.name for path in incoming.iterdir()]) == (1, ["new"])
