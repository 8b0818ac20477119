"""What a backup is: a directory with the database, the files, and a manifest that proves them.

`backup` writes it and `restore` reads it; both measure a database the same way, so that "equal" means something.
"""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from firmament.config.environment import environment
from firmament.lib.postgres import EmbeddedPostgres

FORMAT = 1
DUMP = "database.dump"
FILES = "files"
PROOF = "proof"
SECRET_KEY = "secret-key"  # noqa: S105 - the name of a file
MANIFEST = "manifest.json"
CHUNK = 1024 * 1024


class ArchiveFailed(Exception):
    """Why a backup or a restore did not succeed, for the person who asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of the backup, by its path inside it."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A table: how many rows, and a digest over all of them that does not depend on their order."""

    rows: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a complete backup holds."""

    made_at: str
    firmament: str
    postgresql: int
    demo: bool
    tables: dict[str, Measure]
    parts: tuple[Part, ...]
    format: int = field(default=FORMAT)

    def write(self, directory: Path) -> str:
        """Write it, and return its SHA-256: whoever keeps that elsewhere can prove the whole backup."""
        text = json.dumps(asdict(self), indent=1, sort_keys=True)
        (directory / MANIFEST).write_text(text)
        return hashlib.sha256(text.encode()).hexdigest()


def read_manifest(directory: Path) -> Manifest:
    """The manifest of a backup; ArchiveFailed where there is none that we understand."""
    try:
        raw = json.loads((directory / MANIFEST).read_text())
        if raw["format"] != FORMAT:
            raise ArchiveFailed(f"{directory} has format {raw['format']}; this release reads {FORMAT}.")
        tables = {name: Measure(**measure) for name, measure in raw.pop("tables").items()}
        parts = tuple(Part(**part) for part in raw.pop("parts"))
        return Manifest(**raw, tables=tables, parts=parts)
    except FileNotFoundError:
        raise ArchiveFailed(f"{directory} is no finished backup: it has no {MANIFEST}.") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveFailed(f"{directory / MANIFEST} cannot be read: {error}") from None


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def part_of(directory: Path, path: Path) -> Part:
    """The entry of a file that lies inside the backup."""
    return Part(path=path.relative_to(directory).as_posix(), size=path.stat().st_size, sha256=digest_of(path))


def faults(directory: Path, manifest: Manifest) -> Iterator[str]:
    """What of a backup is missing or not as it was written."""
    for part in manifest.parts:
        path = directory / part.path
        if not path.is_relative_to(directory) or ".." in path.parts:
            yield f"{part.path}: lies outside of the backup"
        elif not path.is_file():
            yield f"{part.path}: missing"
        elif digest_of(path) != part.sha256:
            yield f"{part.path}: not as it was written"


# The database


def connect(alias: BaseDatabaseWrapper) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection of our own as that alias's role, which sees every row or fails.

    `row_security = off` turns a policy that would hide rows into an error, so no count can be quietly short.
    """
    connection: psycopg.Connection[tuple[Any, ...]] = psycopg.connect(
        **{**alias.get_connection_params(), "cursor_factory": psycopg.Cursor, "context": None}
    )
    connection.execute("SET row_security = off")
    connection.execute("SET timezone = 'UTC'")
    connection.commit()
    return connection


def measure(connection: psycopg.Connection[tuple[Any, ...]]) -> dict[str, Measure]:
    """Every table of ours as the connection's transaction sees it."""
    tables = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    ).fetchall()
    found = {}
    for (table,) in tables:
        row = connection.execute(
            sql.SQL(
                "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM {} AS t"
            ).format(sql.Identifier(table))
        ).fetchone()
        assert row is not None
        found[table] = Measure(rows=row[0], digest=row[1])
    return found


def differences(wanted: dict[str, Measure], found: dict[str, Measure]) -> Iterator[str]:
    """Where two measures of a database disagree."""
    nothing = Measure(rows=0, digest="0")
    for table in sorted({*wanted, *found}):
        ours, theirs = wanted.get(table, nothing), found.get(table, nothing)
        if ours.rows != theirs.rows:
            yield f"{table}: {theirs.rows} rows instead of {ours.rows}"
        elif ours.digest != theirs.digest:
            yield f"{table}: the same number of rows with other content"


def run_tool(name: str, alias: BaseDatabaseWrapper, server_version: int, *arguments: str) -> None:
    """Run pg_dump or pg_restore against that alias's database, with its role and password."""
    place = alias.get_connection_params()
    variables = {
        "PGHOST": place.get("host"),
        "PGPORT": place.get("port"),
        "PGUSER": place.get("user"),
        "PGPASSWORD": place.get("password"),
        "PGSSLMODE": place.get("sslmode"),
        "PGSSLROOTCERT": place.get("sslrootcert"),
    }
    done = subprocess.run(
        [_tool(name, server_version), "--no-password", f"--dbname={place['dbname']}", *arguments],
        env={"PATH": "/usr/bin:/bin", **{key: str(value) for key, value in variables.items() if value}},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ArchiveFailed(f"{name} ended with {done.returncode}:\n{done.stderr[-3000:]}")


def _tool(name: str, server_version: int) -> str:
    """For a server of one's own the tool of this machine, if it is new enough; the wheel's knows no TLS."""
    own = shutil.which(name)
    if own and not environment().uses_embedded_database and _major(own) >= server_version // 10000:
        return own
    return str(EmbeddedPostgres(environment().home / "postgres").bin / name)


def _major(tool: str) -> int:
    said = subprocess.run([tool, "--version"], capture_output=True, text=True, check=False).stdout
    digits = (
        said.rpartition(" ")[0].rpartition(" ")[2]
        if "(" in said and ")" in said.split()[-1]
        else said.split()[-1]
    )
    number = digits.split(".")[0]
    return int(number) if number.isdigit() else 0
