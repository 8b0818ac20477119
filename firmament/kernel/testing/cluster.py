"""A PostgreSQL cluster that lives as long as the test run, and the databases in it.

The process that starts first makes the cluster; parallel workers inherit its address through the
environment. Settings are read after this, so the whole product believes that it was configured so.
"""

import os
import secrets
import tempfile
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from firmament.kernel.tenancy.roles import ROLES, prepare_database, prepare_roles
from firmament.lib.postgres import EmbeddedPostgres

TEMPLATE = "firmament_template"
HOME = "FIRMAMENT_TEST_CLUSTER"

# A test database survives nothing, so it need not wait for the disk.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}

_held: list[object] = []


def ensure() -> None:
    """Start the cluster unless a parent did, and point the environment at its template database."""
    if HOME in os.environ:
        _held.append(EmbeddedPostgres(os.environ[HOME], conf=FAST).start())
        return
    keep = tempfile.TemporaryDirectory(prefix="firmament-test-", ignore_cleanup_errors=True)
    home = Path(keep.name)
    home.chmod(0o755)
    postgres = EmbeddedPostgres(home / "pg", conf=FAST).start()
    password = secrets.token_hex(16)
    superuser = dict(postgres.dsn("postgres"))
    prepare_roles(superuser, dict.fromkeys(ROLES, password))
    prepare_database(superuser, TEMPLATE)
    _held.extend((keep, postgres))
    (home / "home" / "static").mkdir(parents=True)
    os.environ.update(
        {
            HOME: str(home / "pg"),
            "FIRMAMENT_HOME": str(home / "home"),
            "FIRMAMENT_PRIVILEGED": "1",
            "FIRMAMENT_TESTING": "1",
            "DATABASE_URL": url(postgres, "firmament_owner", password, TEMPLATE),
            "FIRMAMENT_APP_DATABASE_URL": url(postgres, "firmament_app", password, TEMPLATE),
            "FIRMAMENT_OPS_DATABASE_URL": url(postgres, "firmament_ops", password, TEMPLATE),
        }
    )


def url(postgres: EmbeddedPostgres, role: str, password: str, database: str) -> str:
    """A connection URL through the cluster's socket."""
    place = postgres.dsn(database)
    return f"postgresql://{role}:{password}@/{database}?host={quote(str(place['host']), safe='')}&port={place['port']}"


def superuser(database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
    """A superuser's connection, for making databases and for attacks that the application could not even try."""
    return psycopg.connect(**EmbeddedPostgres(os.environ[HOME]).dsn(database), autocommit=True)


def clone(source: str, name: str) -> None:
    """A copy of a database that nobody is connected to."""
    with superuser() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER firmament_owner STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(source)
            )
        )
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO firmament_app, firmament_ops").format(
                sql.Identifier(name)
            )
        )


def drop(name: str) -> None:
    """Remove a clone, whoever is still connected."""
    with superuser() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
