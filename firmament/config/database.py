"""The database server of this installation, before Django is there: held while a process needs it, and prepared.

Django's settings name a socket and passwords, so all this comes first and imports no model.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from firmament.config.environment import (
    DATABASE,
    ROOT,
    Environment,
    SettingsWrong,
    from_url,
    make_home,
    make_role_passwords,
    role_passwords,
)
from firmament.kernel.tenancy.roles import ROLES, prepare_database, prepare_roles
from firmament.lib.postgres import EmbeddedPostgres
from firmament.lib.secret_files import write_secret

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

DEMO_MARK = "Holds Firmament's demo firm."


def cluster(environment: Environment) -> EmbeddedPostgres:
    """The embedded cluster of this home, whether or not it is made or running."""
    return EmbeddedPostgres(environment.home / "postgres")


def hold(environment: Environment, *, prepare: bool = False) -> None:
    """See to it that the database server runs for as long as this process does.

    With `prepare` it is made at first. Raises SettingsWrong and PostgresFailed, which are written for people.
    """
    if prepare:
        prepare_server(environment)
    elif environment.uses_embedded_database:
        found = cluster(environment)
        if not found.exists:
            raise SettingsWrong(
                f"There is no database in {environment.home} yet. `make run` makes one, and so does "
                "`manage.py upgrade`; FIRMAMENT_HOME or DATABASE_URL may name another."
            )
        found.start()


def prepare_server(environment: Environment) -> None:
    """Make roles and database where we may; where not, say what an administrator of the server has to do."""
    if environment.uses_embedded_database:
        make_home(environment.home)
        superuser: dict[str, Any] = dict(cluster(environment).start().dsn())
        prepare_roles(superuser, make_role_passwords(environment.home))
        prepare_database(superuser, DATABASE)
        return
    given = environment.database_url.get_secret_value()
    if not given:
        raise SettingsWrong(
            "DATABASE_URL: an upgrade needs the owner's connection, not only the application's."
        )
    server, name = _server_of(given)
    if _is_superuser(server):
        _refuse_others_roles(environment, server)
        prepare_roles(server, make_role_passwords(environment.home))
        prepare_database(server, name)
    elif not (
        environment.app_database_url.get_secret_value() and environment.ops_database_url.get_secret_value()
    ):
        raise SettingsWrong(
            "DATABASE_URL: this role may not make the roles that the application needs. Have them made "
            "(docs/how-to/use-your-own-postgresql.md) and set FIRMAMENT_APP_DATABASE_URL and "
            "FIRMAMENT_OPS_DATABASE_URL as well."
        )


def _refuse_others_roles(environment: Environment, server: dict[str, Any]) -> None:
    """Roles belong to a whole server: giving them new passwords would lock out another home that uses it."""
    if role_passwords(environment.home):
        return
    with psycopg.connect(**server) as connection:
        found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = ANY(%s)", [list(ROLES)]).fetchone()
    if found:
        raise SettingsWrong(
            f"DATABASE_URL: the roles of Firmament exist on that server, and {environment.home} does not know their "
            "passwords. Copy the file “roles” from the home that does, or set FIRMAMENT_APP_DATABASE_URL and "
            "FIRMAMENT_OPS_DATABASE_URL and let DATABASE_URL name firmament_owner."
        )


def _server_of(url: str) -> tuple[dict[str, Any], str]:
    """Connection parameters to the server's own `postgres` database, and the name of ours."""
    place = from_url(url)
    given = {
        "host": place["HOST"],
        "port": place["PORT"],
        "user": place["USER"],
        "password": place["PASSWORD"],
        "dbname": "postgres",
    }
    return {**{key: value for key, value in given.items() if value}, **place["OPTIONS"]}, place["NAME"]


def _is_superuser(server: dict[str, Any]) -> bool:
    try:
        with psycopg.connect(**server) as connection:
            row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    except psycopg.OperationalError as error:
        if "does not exist" in str(error) or "permission denied" in str(error):
            # A careful administrator closes the `postgres` database to such roles.
            return False
        raise SettingsWrong(f"DATABASE_URL: {str(error).strip()}") from None
    return bool(row and row[0])


# The demo firm


def holds_demo(connection: "BaseDatabaseWrapper") -> bool:
    """Whether the connected database holds the demo firm. It says so itself, whichever host asks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        )
        (said,) = cursor.fetchone()
    return bool(said == DEMO_MARK)


def mark_demo(superuser: Mapping[str, Any], name: str = DATABASE) -> None:
    """Mark a database as holding the demo firm."""
    with psycopg.connect(**superuser) as connection:
        connection.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(DEMO_MARK))
        )


# What was upgraded already


def code_fingerprint() -> str:
    """A digest of what an upgrade works from, by name, size and time of change: code and static files."""
    digest = hashlib.sha256()
    for directory, _names, files in os.walk(ROOT / "firmament"):
        inside = Path(directory)
        for name in sorted(files):
            if name.endswith(".py") or "static" in inside.parts:
                found = (inside / name).stat()
                digest.update(f"{inside / name}:{found.st_size}:{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _mark(environment: Environment) -> Path:
    return cluster(environment).place / "upgraded.json"


def is_upgraded(environment: Environment) -> bool:
    """Whether this very code has brought this embedded cluster up to date before."""
    with contextlib.suppress(OSError, ValueError):
        return bool(json.loads(_mark(environment).read_text()) == {"code": code_fingerprint()})
    return False


def note_upgraded(environment: Environment) -> None:
    """Remember that it has, beside the cluster and not in the home, so that one never outlives the other."""
    if environment.uses_embedded_database:
        write_secret(_mark(environment), json.dumps({"code": code_fingerprint()}))
