"""The list by meaning: the nearest vectors."""

from collections.abc import Sequence

from django.db import connection

from firmament.kernel.search.gateways import Embedder
from firmament.kernel.search.pending import literal
from firmament.kernel.search.reach import Sql
from firmament.kernel.search.words import DEPTH

# `d + 0` keeps PostgreSQL from the index of neighbours: for a firm of few vectors it would look through everybody's
# and find five of a hundred, where looking at each is faster and complete.
EXACT = """
SELECT entry_id, chunk_id, kind, row_number() OVER (ORDER BY d + 0, object_id) AS place FROM (
    SELECT c.entry_id, c.id AS chunk_id, search_entry.object_id, search_entry.kind, c.embedding <=> %s::halfvec AS d
    FROM search_chunk c JOIN search_entry ON search_entry.firm_id = c.firm_id AND search_entry.id = c.entry_id
    WHERE c.model = %s AND ({reach})
) x WHERE d <= %s ORDER BY place LIMIT %s
"""
# `OFFSET 0` keeps the planner from beginning at the entries, which it would sort by distance one and all.
NEAR = """
SELECT entry_id, chunk_id, kind, row_number() OVER (ORDER BY d + 0, object_id) AS place FROM (
    SELECT c.entry_id, c.id AS chunk_id, within.object_id, within.kind, c.embedding <=> %s::halfvec AS d
    FROM search_chunk c CROSS JOIN LATERAL (
        SELECT search_entry.object_id, search_entry.kind FROM search_entry
        WHERE search_entry.firm_id = c.firm_id AND search_entry.id = c.entry_id AND ({reach}) OFFSET 0
    ) within
    WHERE c.model = %s ORDER BY c.embedding <=> %s::halfvec LIMIT %s
) x WHERE d <= %s ORDER BY place
"""
# 120: of the ten nearest among 500,000 it finds all, as 200 do, in a quarter less time.
ITERATE = "SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', '120', true)"


def by_meaning(vector: Sequence[float], model: Embedder, reach: Sql, *, exact: bool) -> Sql:
    """The chunks nearest to the vector. Columns: entry, chunk, kind, place; an entry may stand there several times."""
    given, furthest = literal(vector), 1 - model.floor
    if exact:
        return Sql(
            EXACT.format(reach=reach.text), (given, model.code, *reach.parameters, furthest, DEPTH * 2)
        )
    return Sql(NEAR.format(reach=reach.text), (given, *reach.parameters, model.code, given, DEPTH, furthest))


def prepare_near() -> None:
    """Let the scan go on past what belongs to others, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(ITERATE)
