"""Prepared statements that outlive a rollback.

psycopg throws away all that a connection has prepared whenever anything is rolled back, a savepoint too, as a table
made in that transaction would be gone. The application's role cannot make or change tables, while every page that is not
there and every refusal is rolled back: each cost the connection the plans of all its statements (measured: a quarter of the
time of a mix of refused and answered requests). PostgreSQL itself keeps what was prepared across a rollback, and
plans anew when a table has changed.

This stands on private parts of psycopg 3.3; the tests beside it fail when an upgrade changes them.
"""

from collections.abc import Sequence

from psycopg import Connection
from psycopg._preparing import Key, Prepare, PrepareManager
from psycopg._queries import PostgresQuery
from psycopg.pq.abc import PGresult


class KeptStatements(PrepareManager):
    """What a connection has prepared; a statement that fails is closed and prepared again at its next use."""

    def clear(self) -> bool:
        """Called after every rollback: nothing of what was prepared has gone."""
        return False

    def maybe_add_to_cache(self, query: PostgresQuery, prep: Prepare, name: bytes) -> Key | None:
        """Have what was prepared before validated too: here no rollback throws a plan away that has gone bad."""
        added = super().maybe_add_to_cache(query, prep, name)
        return added if prep is Prepare.NO else self.key(query)

    def validate(self, key: Key, prep: Prepare, name: bytes, results: Sequence[PGresult]) -> None:
        """Close what failed: after a migration the reason may be the plan itself ("must not change result type")."""
        if self._check_results(results):
            self._rotate()
            return
        self._counts.pop(key, None)
        if self._names.pop(key, None) is not None:
            self._to_flush.append(name)


def keep_prepared(connection: Connection) -> None:
    """Let a connection keep its prepared statements when something is rolled back."""
    was = connection._prepared
    if isinstance(was, KeptStatements):
        return
    kept = KeptStatements()
    kept.prepare_threshold, kept.prepared_max = was.prepare_threshold, was.prepared_max
    connection._prepared = kept
