"""Bringing the schema up to date."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from firmament.config.environment import SettingsWrong
from firmament.kernel.policies.provision import refresh_every_firm
from firmament.kernel.search.schema import bring_up
from firmament.kernel.tenancy.law import apply_law
from firmament.kernel.tenancy.migrating import migrate

OLDEST_SERVER = 180000
# Any number will do that nothing else in the database locks.
UPGRADE_LOCK = 7_262_018_045


def upgrade(say: Callable[[str], object]) -> None:
    """Migrate and apply the tenancy law, as the owner; harmless when there is nothing to do."""
    owner = connections["owner"]
    with owner.cursor() as cursor:
        version = cursor.connection.info.server_version
    if version < OLDEST_SERVER:
        raise SettingsWrong(
            f"DATABASE_URL: PostgreSQL 18 or newer is needed; this server is {version // 10000}."
        )
    with _alone(owner):
        plan = pending(owner)
        say(f"{len(plan)} migrations to apply." if plan else "The schema is up to date.")
        if plan:
            migrate("owner")
        call_command("createcachetable", database="owner", verbosity=0)
        done = apply_law(owner)
        say(f"The tenancy law: {len(done)} statements." if done else "The tenancy law is in force.")
        indexed = bring_up(owner)
        if indexed:
            say(f"The search index: {len(indexed)} statements.")
        gained = refresh_every_firm()
        if gained:
            say(f"The roles of {gained} firms were brought up to date.")


def pending(connection: BaseDatabaseWrapper) -> list[Any]:
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


@contextlib.contextmanager
def _alone(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Hold the upgrade lock, so that two hosts deployed at once do not migrate against each other.

    It is held on a session of its own: a migration that loses its connection must not take the lock along.
    """
    holder = psycopg.connect(**connection.get_connection_params(), autocommit=True)
    try:
        holder.execute("SELECT pg_advisory_lock(%s)", [UPGRADE_LOCK])
        yield
    finally:
        holder.close()
