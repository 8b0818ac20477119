"""Writing a backup of a running installation."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from django.db import connection as application
from django.db import connections

from firmament.config.archive import (
    DUMP,
    FILES,
    PROOF,
    SECRET_KEY,
    ArchiveFailed,
    Manifest,
    Part,
    connect,
    measure,
    part_of,
    run_tool,
)
from firmament.config.database import holds_demo
from firmament.config.environment import environment
from firmament.kernel.proof.keeping import LEAVES
from firmament.lib.instant import now


def back_up(target: Path) -> str:
    """Write a backup into a directory that does not exist yet; returns the manifest's SHA-256.

    It grows under another name and gets its own at the end, so a backup that was cut short is never mistaken
    for one. The database, the list of blobs and the measures all come from one snapshot.
    """
    if target.exists():
        raise ArchiveFailed(f"{target} exists already; a backup makes its own directory.")
    draft = target.with_name(f".{target.name}.unfinished")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    try:
        digest = _fill(draft)
        draft.rename(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return digest


def _fill(directory: Path) -> str:
    # Before the snapshot: what was signed must never be ahead of the log that it was signed over.
    signed = list(_copy_proof(directory))
    with connect(connections["ops"]) as session:
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = session.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        server = session.info.server_version
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={row[0]}"]
        run_tool("pg_dump", connections["ops"], server, *options, f"--file={directory / DUMP}")
        tables = measure(session)
        blobs = session.execute("SELECT firm_id::text, sha256 FROM files_blob").fetchall()
    parts = [
        part_of(directory, directory / DUMP),
        *_copy_blobs(directory, blobs),
        *_copy_secret_key(directory),
        *signed,
    ]
    manifest = Manifest(
        made_at=now().astimezone(UTC).isoformat(timespec="seconds"),
        firmament=_version(),
        postgresql=server,
        demo=holds_demo(application),
        tables=tables,
        parts=tuple(parts),
    )
    return manifest.write(directory)


def _copy_blobs(directory: Path, blobs: list[tuple[str, str]]) -> Iterator[Part]:
    """Copy what the snapshot names, each checked against the hash it is kept under."""
    for firm_id, sha256 in blobs:
        inside = Path(firm_id) / sha256[:2] / sha256
        source, target = environment().files_root / inside, directory / FILES / inside
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            shutil.copyfile(source, target)
        except FileNotFoundError:
            raise ArchiveFailed(f"The file {inside} is missing from {environment().files_root}.") from None
        part = part_of(directory, target)
        if part.sha256 != sha256:
            raise ArchiveFailed(f"The file {inside} is damaged; `manage.py scrub` lists all that are.")
        yield part


def _copy_secret_key(directory: Path) -> Iterator[Part]:
    """The key this home made for itself: without it links already sent stop working, and mail that waits is lost."""
    source = environment().home / SECRET_KEY
    if source.exists():
        target = directory / SECRET_KEY
        shutil.copyfile(source, target)
        os.chmod(target, 0o600)  # noqa: PTH101 - reads beside copyfile
        yield part_of(directory, target)


def _copy_proof(directory: Path) -> Iterator[Part]:
    """Keys that sign the audit trail, and what was signed: without them a restored trail could not be continued."""
    root = environment().proof_root
    # The checkpoint of a firm first and its leaves after it: there may be more of these, never fewer.
    for source in sorted(root.glob("*/*"), key=lambda path: (path.parent, path.name == LEAVES)):
        if not source.is_file() or source.name.startswith("."):
            continue
        target = directory / PROOF / source.relative_to(root)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        os.chmod(target, 0o600)  # noqa: PTH101 - reads beside copyfile
        yield part_of(directory, target)


def _version() -> str:
    try:
        return version("firmament")
    except PackageNotFoundError:
        return "source"
