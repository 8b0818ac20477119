"""The template is migrated and furnished once; each worker process tests on a clone of it, as the application's role."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from firmament.kernel.search.schema import bring_up
from firmament.kernel.tenancy.law import apply_law
from firmament.kernel.tenancy.migrating import migrate
from firmament.kernel.testing import cluster
from firmament.kernel.testing.world import furnish
from firmament.lib.postgres import lock_file

EXCLUSIVE = 2  # fcntl.LOCK_EX


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Replaces pytest-django's: it would migrate as the application and empty tables by TRUNCATE."""
    with django_db_blocker.unblock():
        prepare_template()
        name = f"firmament_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
        cluster.clone(cluster.TEMPLATE, name)
        point_at(name)
        usual = type(connections["default"]).check_constraints
        type(connections["default"]).check_constraints = checking_all_but_evidence()  # type: ignore[method-assign]
        yield
        type(connections["default"]).check_constraints = usual  # type: ignore[method-assign]
        close()
        cluster.drop(name)


def checking_all_but_evidence() -> Any:
    """What Django asks at the end of a test before it rolls back: every deferred constraint but that of evidence.

    A test arranges its rows by hand, in the transaction in which it acts; what really commits is asked by the database.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(DISTINCT quote_ident(conname), ', ') FROM pg_constraint"
            " WHERE condeferrable AND conname <> 'row_told' AND connamespace = 'public'::regnamespace"
        )
        (names,) = cursor.fetchone()

    def check_constraints(self: BaseDatabaseWrapper, table_names: Any = None) -> None:
        with self.cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS {names} IMMEDIATE")
            cursor.execute(f"SET CONSTRAINTS {names} DEFERRED")

    return check_constraints


def prepare_template() -> None:
    """Migrate and furnish the template, once per run whichever worker comes first."""
    home = Path(os.environ[cluster.HOME])
    lock = lock_file(home.parent / "template.lock", EXCLUSIVE)
    try:
        done = home.parent / "template.done"
        if done.exists():
            return
        point_at(cluster.TEMPLATE)
        migrate("owner")
        call_command("createcachetable", database="owner", verbosity=0)
        apply_law(connections["owner"])
        bring_up(connections["owner"])
        furnish()
        close()
        done.touch()
    finally:
        os.close(lock)


@contextmanager
def own_clone(purpose: str) -> Iterator[str]:
    """A clone for tests that commit, and every alias pointed at it; its name. Afterwards the worker’s own again."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"firmament_{purpose}_{worker}"
    cluster.clone(cluster.TEMPLATE, name)
    point_at(name)
    try:
        yield name
    finally:
        close()
        point_at(f"firmament_{worker}")
        cluster.drop(name)


def environment_of(name: str) -> dict[str, str]:
    """The environment of processes that use that database."""
    addresses = {
        key: value.replace(f"/{cluster.TEMPLATE}?", f"/{name}?")
        for key, value in os.environ.items()
        if key.endswith("DATABASE_URL")
    }
    return {**os.environ, **addresses, "FIRMAMENT_PRIVILEGED": ""}


def point_at(name: str) -> None:
    """Let every alias speak to this database, one connection each: a pool would outlive the test."""
    close()
    for connection in connections.all():
        connection.settings_dict["NAME"] = name
        connection.settings_dict["OPTIONS"].pop("pool", None)


def close() -> None:
    """Let go of the database, so that it can be cloned or dropped."""
    for connection in connections.all():
        connection.close()
