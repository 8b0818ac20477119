"""What the index needs of the server beyond tables: vectors, and a way to use its word index under row-level security.

Everything here may be missing on somebody else's server; then words alone answer, or answer more slowly, and
`doctor` says so.
"""

from functools import cache

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

DIMENSIONS = 384
# pgvector's own defaults, which the recall figures were measured with.
HNSW = "m = 16, ef_construction = 64"

COLUMN = f"ALTER TABLE search_chunk ADD COLUMN embedding halfvec({DIMENSIONS})"
NEAREST = (
    "CREATE INDEX CONCURRENTLY search_chunk_nearest ON search_chunk"
    f" USING hnsw (embedding halfvec_cosine_ops) WITH ({HNSW})"
)
# What holds a word in its title, for words that stand in so many texts that not all can be ranked. A title stands in
# each chunk of its entry, so the first chunks say it all.
TITLED = (
    "CREATE INDEX CONCURRENTLY search_chunk_titled ON search_chunk"
    " USING gin (firm_id, ts_filter(tsv, '{a}')) WITH (fastupdate = off) WHERE ordinal = 0"
)
# The way round an operator that is not LEAKPROOF, where we may not mark it: it runs as the tables' owner, takes the
# firm from the setting, and answers with ids that are read again under the policies.
MATCHES = """
CREATE OR REPLACE FUNCTION {name}(query tsquery) RETURNS TABLE (id uuid)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = '' SET plan_cache_mode = force_custom_plan AS $$
    SELECT c.id FROM public.search_chunk c
    WHERE c.firm_id = (pg_catalog.current_setting('app.firm_id'))::uuid AND {matches}
$$
"""
FUNCTIONS = {
    "search_matches": "c.tsv OPERATOR(pg_catalog.@@) query",
    "search_titled": "c.ordinal = 0 AND pg_catalog.ts_filter(c.tsv, '{a}') OPERATOR(pg_catalog.@@) query",
}
LEAKPROOF = ("ts_match_vq(tsvector,tsquery)", 'ts_filter(tsvector,"char"[])')


def bring_up(connection: BaseDatabaseWrapper) -> list[str]:
    """Add what the server allows, as the tables' owner; returns what had to be done."""
    wanted: list[str] = []
    if not has_vectors(connection) and _ask(
        connection, "SELECT 1 FROM pg_extension WHERE extname = 'vector'"
    ):
        wanted += _run(connection, COLUMN)
    indexes = {"search_chunk_titled": TITLED}
    if has_vectors(connection):
        indexes["search_chunk_nearest"] = NEAREST
    for name, statement in indexes.items():
        if not _index_stands(connection, name):
            wanted += _run(connection, f"DROP INDEX IF EXISTS {name}", statement)
    for name, matches in FUNCTIONS.items():
        if not _ask(connection, "SELECT 1 FROM pg_proc WHERE proname = %s", name):
            wanted += _run(
                connection,
                MATCHES.format(name=name, matches=matches),
                f"REVOKE ALL ON FUNCTION {name}(tsquery) FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION {name}(tsquery) TO firmament_app",
            )
    in_force.cache_clear()
    return wanted


def _run(connection: BaseDatabaseWrapper, *statements: str) -> tuple[str, ...]:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return statements


def _ask(connection: BaseDatabaseWrapper, query: str, *values: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchone() is not None


def _index_stands(connection: BaseDatabaseWrapper, name: str) -> bool:
    # An index whose building was interrupted stays behind invalid.
    return _ask(
        connection,
        "SELECT 1 FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE relname = %s AND indisvalid",
        name,
    )


def has_vectors(connection: BaseDatabaseWrapper) -> bool:
    """Whether the index has room for vectors."""
    return _ask(
        connection,
        "SELECT 1 FROM pg_attribute WHERE attrelid = 'search_chunk'::regclass AND attname = 'embedding'"
        " AND NOT attisdropped",
    )


def words_leakproof(connection: BaseDatabaseWrapper) -> bool:
    """Whether conditions on words may use their indexes under row-level security."""
    marked = [
        _ask(
            connection,
            "SELECT 1 FROM pg_proc WHERE oid = %s::regprocedure AND proleakproof",
            function,
        )
        for function in LEAKPROOF
    ]
    return all(marked)


@cache
def in_force(alias: str = DEFAULT_DB_ALIAS) -> tuple[bool, bool]:
    """(vectors, leakproof words) of the database at hand, asked once in a process."""
    return has_vectors(connections[alias]), words_leakproof(connections[alias])
