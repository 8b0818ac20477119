"""Row-level security beside the same query with a plain WHERE, as a superuser whom no policy binds.

`python -m bench.rls [--rounds N] [--large N]`. Prepared statements over psycopg, the same transaction around both, alternated; a
firm of 1,000 clients and one of 100,000, among 50 others. Target: ≤ 1.1 × on list, get, count and join, at both.
"""

import argparse
import os
import statistics
import sys
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import psycopg

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.report import percentile, show
from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import close, prepare_template

DATABASE = "firmament_bench_rls"
OTHERS = 50
SMALL = 1_000

# `{firm}` is "AND c.firm_id = …" for the superuser and nothing for the application, whose policy says it.
QUERIES: dict[str, str] = {
    "list": "SELECT c.id, c.name, c.state, c.email, c.updated_at FROM clients_client c WHERE c.state = 'active' {firm}"
    " ORDER BY c.name_folded, c.id LIMIT 50",
    "get": "SELECT c.* FROM clients_client c WHERE c.id = %(id)s {firm}",
    "count": "SELECT count(*) FROM clients_client c WHERE c.state = 'active' {firm}",
    "join": "SELECT c.id, c.name, m.title, u.name FROM clients_client c"
    " JOIN tenancy_membership m ON m.firm_id = c.firm_id AND m.id = c.owner_id JOIN identity_user u ON u.id = m.user_id"
    " WHERE c.state = 'active' {firm} ORDER BY c.name_folded, c.id LIMIT 50",
}


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm to be asked, and one of its clients."""

    name: str
    id: UUID
    client: UUID


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=400)
    arguments.add_argument("--large", type=int, default=100_000)
    options = arguments.parse_args()
    firms = prepare(options.large)
    parts = urlsplit(os.environ["FIRMAMENT_APP_DATABASE_URL"])
    app = psycopg.connect(
        urlunsplit(parts._replace(path=f"/{DATABASE}")), autocommit=True, prepare_threshold=1
    )
    with cluster.superuser(DATABASE) as root:
        root.prepare_threshold = 1
        rows = [
            row
            for firm in firms
            for what, query in QUERIES.items()
            for row in [compare(app, root, firm, what, query, rounds(what, firm, options.rounds))]
        ]
    show(
        "rls",
        ("firm", "query", "WHERE p50 ms", "RLS p50 ms", "RLS p95 ms", "times"),
        rows,
        rounds=options.rounds,
        others=OTHERS,
    )
    return 0 if all(row[-1] <= 1.1 for row in rows) else 1


def rounds(what: str, firm: Firm, wanted: int) -> int:
    """Counting a hundred thousand rows takes longer, and varies less."""
    return max(40, wanted // 8) if what == "count" and firm.name == "large" else wanted


def prepare(large: int) -> list[Firm]:
    prepare_template()
    cluster.clone(cluster.TEMPLATE, DATABASE)
    close()
    sizes = {"small": SMALL, "large": large, **{f"other-{n}": SMALL for n in range(OTHERS)}}
    with cluster.superuser(DATABASE) as root:
        for slug, size in sizes.items():
            add(root, slug, size)
        root.execute("VACUUM ANALYZE")
        return [
            Firm(slug, *row)
            for slug in ("small", "large")
            for row in root.execute(
                "SELECT f.id, (SELECT id FROM clients_client c WHERE c.firm_id = f.id ORDER BY id LIMIT 1)"
                " FROM tenancy_firm f WHERE slug = %s",
                [slug],
            ).fetchall()
        ]


def add(root: "psycopg.Connection[Any]", slug: str, size: int) -> None:
    """A firm, one member, and its clients."""
    root.execute(
        "WITH f AS (INSERT INTO tenancy_firm (id, name, slug, state, timezone, locale, currency, created_at)"
        " VALUES (uuidv7(), %(slug)s, %(slug)s, 'active', 'UTC', 'en', 'EUR', now()) RETURNING id),"
        " u AS (INSERT INTO identity_user (id, email, name, password, timezone, locale, theme, shortcuts_enabled,"
        " is_active, date_joined) VALUES (uuidv7(), %(slug)s || '@bench.example', %(slug)s, '', 'UTC', 'en', 'auto',"
        " true, true, now()) RETURNING id),"
        " m AS (INSERT INTO tenancy_membership (id, firm_id, user_id, state, title, created_at, updated_at)"
        " SELECT uuidv7(), f.id, u.id, 'active', '', now(), now() FROM f, u RETURNING id, firm_id)"
        " INSERT INTO clients_client (id, firm_id, created_at, updated_at, kind, name, reference, state, owner_id,"
        " email, phone, vat_id, address_line1, address_line2, postal_code, city, country, notes)"
        " SELECT uuidv7(), m.firm_id, now(), now(), 'organisation', 'Client ' || md5(n::text), 'R' || n,"
        " CASE WHEN n %% 2 = 0 THEN 'active' ELSE 'inactive' END, m.id, 'office@client.example', '', '', '', '', '', '',"
        " 'DE', '' FROM m CROSS JOIN generate_series(1, %(size)s::int) AS n",
        {"slug": slug, "size": size},
    )


def compare(app: Any, root: Any, firm: Firm, what: str, query: str, rounds: int) -> tuple[Any, ...]:
    ruled, plain = query.format(firm=""), query.format(firm="AND c.firm_id = %(firm)s")
    values = {"id": firm.client, "firm": firm.id}
    begin = f"BEGIN;SELECT set_config('app.firm_id','{firm.id}',true)".encode()
    own = {name: value for name, value in values.items() if f"%({name})s" in ruled}
    with_firm = {name: value for name, value in values.items() if f"%({name})s" in plain}
    assert ask(app, begin, ruled, own)[1] == ask(root, begin, plain, with_firm)[1], what
    times: dict[str, list[float]] = {"rls": [], "where": []}
    for number in range(rounds + 20):
        pair = [("rls", app, ruled, own), ("where", root, plain, with_firm)]
        for name, link, sql, given in pair if number % 2 else reversed(pair):
            seconds, _rows = ask(link, begin, sql, given)
            if number >= 20:
                times[name].append(seconds)
    rls, where = statistics.median(times["rls"]), statistics.median(times["where"])
    return firm.name, what, where * 1000, rls * 1000, percentile(times["rls"], 0.95) * 1000, rls / where


def ask(link: Any, begin: bytes, sql: str, values: dict[str, Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    link.pgconn.exec_(begin)
    rows = link.execute(sql, values, prepare=True).fetchall()
    link.pgconn.exec_(b"COMMIT")
    return time.perf_counter() - started, rows


if __name__ == "__main__":
    sys.exit(main())
