"""The three roles of the database: owner, app, ops.

`app` owns nothing and cannot bypass row-level security; web and workers connect as it. `owner` runs
migrations: it bypasses row-level security where we own the server, because under FORCE its own foreign keys
and back-fills would fail with no firm set. `ops` reads everything, for backup and completeness checks.
"""

from collections.abc import Mapping

import psycopg
from psycopg import sql

ROLES: Mapping[str, str] = {
    "firmament_owner": "BYPASSRLS",
    "firmament_app": "NOBYPASSRLS",
    "firmament_ops": "BYPASSRLS",
}


def prepare_roles(superuser: Mapping[str, object], passwords: Mapping[str, str]) -> None:
    """Create the roles, or set their passwords and attributes right; needs a superuser's connection."""
    with psycopg.connect(**superuser, autocommit=True) as connection:  # type: ignore[arg-type]  # psycopg's own kwargs
        # Before any password is set: it is baked into the stored verifier (SETTINGS in lib/postgres.py says why 1).
        connection.execute("SET scram_iterations = 1")
        for role, bypass in ROLES.items():
            found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
            connection.execute(
                sql.SQL(
                    "{verb} ROLE {role} WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION "
                    "{bypass} PASSWORD {password}"
                ).format(
                    verb=sql.SQL("ALTER" if found else "CREATE"),
                    role=sql.Identifier(role),
                    bypass=sql.SQL(bypass),
                    password=sql.Literal(passwords[role]),
                )
            )


def prepare_database(superuser: Mapping[str, object], name: str) -> None:
    """Create the database for its owner, closed to everyone else, with the extensions the schema needs."""
    with psycopg.connect(**superuser, autocommit=True) as connection:  # type: ignore[arg-type]  # as above
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER firmament_owner").format(sql.Identifier(name))
            )
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO firmament_app, firmament_ops").format(
                sql.Identifier(name)
            )
        )
    with psycopg.connect(**{**superuser, "dbname": name}, autocommit=True) as connection:  # type: ignore[arg-type]
        for extension in ("btree_gin", "btree_gist", "pg_trgm", "unaccent"):
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        # Without it words are found and meaning is not; not every server has it.
        if connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'").fetchone():
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        # Row-level security lets an operator use an index only if it is known not to leak what it compares; for text
        # search PostgreSQL does not say so by itself. A dump does not carry the mark, so it is set at every start.
        connection.execute("ALTER FUNCTION ts_match_vq(tsvector, tsquery) LEAKPROOF")
        # What a title says of a text is compared by an index too.
        connection.execute('ALTER FUNCTION ts_filter(tsvector, "char"[]) LEAKPROOF')
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        connection.execute("GRANT ALL ON SCHEMA public TO firmament_owner")
        connection.execute("GRANT USAGE ON SCHEMA public TO firmament_app, firmament_ops")
