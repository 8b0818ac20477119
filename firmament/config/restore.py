"""Bringing a backup back to life in an empty home."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connections
from psycopg import sql

from firmament.config.archive import (
    DUMP,
    FILES,
    PROOF,
    SECRET_KEY,
    ArchiveFailed,
    Manifest,
    connect,
    differences,
    faults,
    measure,
    read_manifest,
    run_tool,
)
from firmament.config.database import DEMO_MARK
from firmament.config.environment import environment
from firmament.config.upgrade import upgrade
from firmament.lib.secret_files import write_secret

# At most this many faults are told one by one; the rest is a number.
TOLD = 20


def restore(source: Path, say: Callable[[str], Any]) -> None:
    """Verify the backup, load it, compare it with its manifest, then bring it up to date."""
    manifest = read_manifest(source)
    _refuse_if_any("The backup is not whole", faults(source, manifest))
    say(f"The backup of {manifest.made_at} is whole: {len(manifest.parts)} parts.")
    owner = connections["owner"]
    _refuse_used_place()
    with connect(owner) as session:
        server = session.info.server_version
    # One transaction: a restore that fails leaves the database as empty as it was.
    options = ["--no-owner", "--no-privileges", "--no-comments", "--exit-on-error", "--single-transaction"]
    run_tool("pg_restore", owner, server, *options, str(source / DUMP))
    with connect(owner) as session:
        _refuse_if_any("The restored database differs", differences(manifest.tables, measure(session)))
    rows = sum(each.rows for each in manifest.tables.values())
    say(f"The database is equal: {len(manifest.tables)} tables, {rows} rows.")
    _bring_files(source, manifest)
    if manifest.demo:
        _mark_as_demo()
    upgrade(say)


def _refuse_used_place() -> None:
    with connect(connections["owner"]) as session:
        row = session.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    if row and row[0]:
        raise ArchiveFailed(
            "This database is not empty. A restore goes into an empty home, or an empty database."
        )
    files = environment().files_root
    if files.exists() and any(files.iterdir()):
        raise ArchiveFailed(f"{files} is not empty.")
    signed = environment().proof_root
    if signed.exists() and any(signed.iterdir()):
        raise ArchiveFailed(
            f"{signed} is not empty: it holds keys and what they signed over another database."
        )


def _bring_files(source: Path, manifest: Manifest) -> None:
    root = environment().files_root
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (source / FILES).exists():
        shutil.copytree(source / FILES, root, dirs_exist_ok=True)
    if (source / PROOF).exists():
        shutil.copytree(source / PROOF, environment().proof_root, dirs_exist_ok=True)
        for path in (environment().proof_root, *environment().proof_root.rglob("*")):
            path.chmod(0o700 if path.is_dir() else 0o600)
    own_key = any(part.path == SECRET_KEY for part in manifest.parts)
    if own_key and (environment().home / SECRET_KEY).exists():
        # This home made one a moment ago, when the settings were read; nothing has been signed with it yet.
        write_secret(environment().home / SECRET_KEY, (source / SECRET_KEY).read_text())


def _mark_as_demo() -> None:
    with connect(connections["owner"]) as session:
        statement = sql.SQL("COMMENT ON DATABASE {} IS {}")
        session.execute(statement.format(sql.Identifier(session.info.dbname), sql.Literal(DEMO_MARK)))


def _refuse_if_any(what: str, found: Any) -> None:
    lines = list(found)
    if lines:
        more = f"\n… and {len(lines) - TOLD} more" if len(lines) > TOLD else ""
        raise ArchiveFailed(f"{what}:\n" + "\n".join(lines[:TOLD]) + more)
