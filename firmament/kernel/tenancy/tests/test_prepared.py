"""What a connection has prepared stays, whatever is rolled back, and nothing bad stays with it."""

import psycopg
import pytest
from django.db import DataError, connection, transaction

from firmament.kernel.tenancy.engine.prepared import KeptStatements, keep_prepared
from firmament.kernel.testing import cluster

LISTED = "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT ' || %s"


def times_prepared(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(LISTED, [statement])
        return int(cursor.fetchone()[0])


def ask(statement: str, value: int, times: int = 3) -> list[int]:
    found = []
    with connection.cursor() as cursor:
        for _ in range(times):
            cursor.execute(f"SELECT {statement}", [value])
            found.append(cursor.fetchone()[0])
    return found


def test_connections_of_the_application_keep_what_they_prepared(db):
    connection.ensure_connection()

    assert isinstance(connection.connection._prepared, KeptStatements)
    assert connection.connection.prepare_threshold == 1


def test_a_rollback_forgets_no_statement():
    with cluster.superuser() as mine:
        mine.autocommit, mine.prepare_threshold = False, 1
        keep_prepared(mine)
        for _ in range(3):
            mine.execute("SELECT 42")
        mine.rollback()

        assert mine.execute(LISTED, ["42"]).fetchone() == (1,)


def test_nor_does_one_to_a_savepoint(db):
    with transaction.atomic():
        ask("8 * %s::int", 7)
        transaction.set_rollback(True)

    assert times_prepared("8 * $1::int") == 1


def test_a_statement_that_fails_is_closed_and_prepared_again(db):
    ask("10 / %s::int", 5)
    for _ in range(3):
        with pytest.raises(DataError), transaction.atomic():
            ask("10 / %s::int", 0)

    assert times_prepared("10 / $1::int") == 0
    assert ask("10 / %s::int", 5) == [2] * 3
    assert times_prepared("10 / $1::int") == 1


def test_a_plan_that_a_migration_spoiled_fails_once():
    with cluster.superuser() as mine:
        mine.prepare_threshold = 1
        keep_prepared(mine)
        mine.execute("CREATE TEMP TABLE measured (amount int)")
        mine.execute("INSERT INTO measured VALUES (1)")
        for _ in range(3):
            mine.execute("SELECT * FROM measured")
        mine.execute("ALTER TABLE measured ALTER amount TYPE bigint")

        with pytest.raises(psycopg.errors.FeatureNotSupported, match="must not change result type"):
            mine.execute("SELECT * FROM measured")

        assert mine.execute("SELECT * FROM measured").fetchone() == (1,)


def test_no_more_stay_than_the_connection_may_keep():
    with cluster.superuser() as mine:
        mine.prepare_threshold = 1
        mine.prepared_max = 5
        keep_prepared(mine)
        for number in range(20):
            for _ in range(2):
                mine.execute(f"SELECT {number}")

        kept = mine.execute("SELECT count(*) FROM pg_prepared_statements").fetchone()

        assert mine.prepared_max == 5
        assert kept is not None and kept[0] <= 6
