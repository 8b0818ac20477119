"""Asking the audit trail of a large firm: `python -m bench.trail [--entries N] [--questions N] [--http N]`.

The entries are laid by SQL over several firms, six in ten of them in one, over seven years, skewed as life is: a few people do
most, a few clients have most, a few kinds of events are most of what happens, and what is refused is rare. Questions are what
the page asks, in the application's role under row-level security, with its one page of entries in words and its count;
some go through the page itself. Beside each stands the same page by the plainest SQL that would do, as the tables' owner
without row-level security, ids alone. Aim: 100 ms at the 95th percentile over all questions.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.test import Client as Browser

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.report import percentile, show
from firmament.kernel.identity.models import User
from firmament.kernel.ledger.events import Outcome, event_classes, outcome_codes
from firmament.kernel.ledger.models import Entry
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.authority import forget_authority
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import point_at, prepare_template
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.testing.installation import Installation
from firmament.kernel.web.keyset import order_of, place_of
from firmament.lib.instant import now
from firmament.modules.audit.reports.asking import asked_of, finder_for
from firmament.modules.audit.reports.trail import NEEDED, entries_for, sentence, who
from firmament.modules.clients.events.clients import ClientActivated

DATABASE = "firmament_bench_trail"
AIM_MS = 100.0
FIRMS = (0.60, 0.15, 0.10, 0.10, 0.05)
PEOPLE, PORTAL, CLIENTS, THINGS, TOKENS = 200, 2_000, 5_000, 200_000, 20
SHOWN, COUNTED = 51, 10_001
SEED = 5

# Of each firm: whom, what about, and how often; the n-th is taken one n-th as often as the first, by `power(x, u)`.
TABLES = f"""
CREATE UNLOGGED TABLE bench_code (n int PRIMARY KEY, code text, category text);
CREATE UNLOGGED TABLE bench_id (firm int, kind text, n int, id uuid, PRIMARY KEY (firm, kind, n));
INSERT INTO bench_id SELECT f, k.kind, n, gen_random_uuid() FROM generate_series(1, {len(FIRMS)}) f,
    (VALUES ('staff', {PEOPLE}), ('portal', {PORTAL}), ('client', {CLIENTS}), ('thing', {THINGS}), ('token', {TOKENS}))
    AS k (kind, many), generate_series(0, k.many - 1) n;
"""
# One step: entries of one firm in the order of time. Doors: 55 staff, 15 clients, 10 programs, 20 the house itself.
STEP = """
CREATE UNLOGGED TABLE bench_step AS
SELECT uuidv7(d.at - clock_timestamp()) AS id, d.at, c.code, c.category,
    CASE WHEN d.door < 0.55 THEN 'staff' WHEN d.door < 0.70 THEN 'client' WHEN d.door < 0.80 THEN 'token'
        WHEN d.door < 0.9999 THEN 'system' ELSE 'operator' END AS domain,
    CASE WHEN d.door < 0.55 THEN s.id WHEN d.door < 0.70 THEN p.id WHEN d.door < 0.80 THEN s.id END AS user_id,
    CASE WHEN d.door >= 0.70 AND d.door < 0.80 THEN t.id END AS token_id,
    CASE WHEN d.door < 0.80 THEN replace(gen_random_uuid()::text, '-', '') ELSE '' END AS request_id,
    CASE WHEN d.about < 0.8 THEN k.id END AS client_id, CASE WHEN d.about > 0.3 THEN g.id END AS thing_id
FROM (
    SELECT n, now() - interval '7 years' * (1 - (%(from)s + n)::float8 / %(all)s) AS at, random() AS door,
        random() AS about, power(%(codes)s, random())::int - 1 AS code, power({people}, random())::int - 1 AS staff,
        power({portal}, random())::int - 1 AS portal, power({clients}, random())::int - 1 AS client,
        power({things}, random())::int - 1 AS thing, power({tokens}, random())::int - 1 AS token
    FROM generate_series(1, %(many)s) n) d
JOIN bench_code c ON c.n = least(d.code, %(codes)s - 1)
JOIN bench_id s ON (s.firm, s.kind, s.n) = (%(firm)s, 'staff', d.staff)
JOIN bench_id p ON (p.firm, p.kind, p.n) = (%(firm)s, 'portal', d.portal)
JOIN bench_id k ON (k.firm, k.kind, k.n) = (%(firm)s, 'client', d.client)
JOIN bench_id g ON (g.firm, g.kind, g.n) = (%(firm)s, 'thing', d.thing)
JOIN bench_id t ON (t.firm, t.kind, t.n) = (%(firm)s, 'token', d.token)
ORDER BY d.n;
INSERT INTO ledger_entry (id, firm_id, created_at, updated_at, code, category, occurred_at, domain, user_id, membership_id,
    token_id, job, roles, request_id, payload, transaction_id, transaction_at)
SELECT id, %(id)s, at, at, code, category, at, domain, user_id, NULL, token_id, '', '["partner"]', request_id,
    jsonb_build_object('client_id', client_id, 'number', 7), NULL, NULL FROM bench_step;
CREATE UNLOGGED TABLE bench_target AS
SELECT uuidv7() AS target_id, s.id AS entry_id, x.kind, x.object_id, s.at, s.category, s.code, s.domain, s.user_id
FROM bench_step s CROSS JOIN LATERAL (VALUES ('clients.client', s.client_id), ('documents.documentrequest', s.thing_id))
    AS x (kind, object_id) WHERE x.object_id IS NOT NULL;
INSERT INTO ledger_entrytarget (id, firm_id, created_at, updated_at, entry_id, kind, object_id, occurred_at)
SELECT target_id, %(id)s, at, at, entry_id, kind, object_id, at FROM bench_target;
INSERT INTO ledger_targetline (id, firm_id, created_at, updated_at, entry_id, kind, object_id, category, code, domain,
    user_id, occurred_at)
SELECT target_id, %(id)s, at, at, entry_id, kind, object_id, category, code, domain, user_id, at FROM bench_target;
DROP TABLE bench_step, bench_target;
"""
LAID = ("ledger_entry", "ledger_entrytarget", "ledger_targetline")
AT_ONCE = 500_000


@dataclass
class Times:
    """What one kind of question took, in milliseconds."""

    page: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    found: list[int] = field(default_factory=list)


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--entries", type=int, default=10_000_000)
    arguments.add_argument("--questions", type=int, default=300)
    arguments.add_argument("--http", type=int, default=40)
    options = arguments.parse_args()
    prepare_template()
    with tempfile.TemporaryDirectory() as home:
        installation = Installation(name=DATABASE, home=Path(home))
        installation.open()
        try:
            point_at(DATABASE)
            return measure(options.entries, options.questions, options.http)
        finally:
            installation.close()


def measure(entries: int, questions: int, http: int) -> int:
    begun = time.perf_counter()
    write_before = writes()
    firm = lay(entries)
    laid = time.perf_counter() - begun
    size = sizes()
    kinds = questions_of(firm)
    times = ask(firm, kinds, questions)
    sys.stdout.write(f"laid in {laid:.0f} s, asked by {time.perf_counter() - begun:.0f} s\n")
    over_http = through_pages(firm, kinds, http)
    every = [ms for one in times.values() for ms in one.page]
    rows = [line(name, one.page, one.bare, one.found) for name, one in times.items()]
    rows.append(line("all", every, [ms for one in times.values() for ms in one.bare], []))
    rows.append(line("all, by HTTP", over_http, [], []))
    show(
        "trail",
        ("question", "times", "p50 ms", "p95 ms", "max ms", "plain SQL p95 ms", "found, median"),
        rows,
        entries=entries,
        laid_s=round(laid),
        **size,
        write_ms_empty=round(write_before, 2),
        write_ms_full=round(writes(), 2),
        aim_ms=AIM_MS,
    )
    return int(percentile(every, 0.95) > AIM_MS)


def line(name: str, page: list[float], bare: list[float], found: list[int]) -> tuple[Any, ...]:
    middle = int(percentile(found, 0.5)) if found else 0
    below = percentile(bare, 0.95) if bare else 0.0
    return name, len(page), percentile(page, 0.5), percentile(page, 0.95), max(page), below, middle


def lay(entries: int) -> UUID:
    """Fill the tables without their indexes and triggers, which are then made again; the first firm is the large one."""
    dice = random.Random(SEED)
    known = sorted(event_classes().items())
    dice.shuffle(known)
    # What is refused is rare: the last of them, and one of the last.
    known.sort(key=lambda pair: pair[0] in ("ledger.power_denied", "ledger.request_failed"))
    with cluster.superuser(DATABASE) as root:
        root.execute("SET synchronous_commit = off; SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'")
        root.execute(TABLES)
        with root.cursor().copy("COPY bench_code FROM STDIN") as copy:
            for n, (code, event) in enumerate(known):
                copy.write_row((n, code, str(event.category)))
        root.execute("ANALYZE bench_code, bench_id")
        firms = firms_of(root)
        with without_indexes(root):
            step = STEP.format(people=PEOPLE, portal=PORTAL, clients=CLIENTS, things=THINGS, tokens=TOKENS)
            for number, (firm, share) in enumerate(zip(firms, FIRMS, strict=True), 1):
                every = int(entries * share)
                for start in range(0, every, AT_ONCE):
                    many = min(AT_ONCE, every - start)
                    given = {"from": start, "all": every, "many": many, "firm": number, "id": firm}
                    client = root.cursor()
                    sys.stdout.write(
                        f"firm {number}: {start:,} of {every:,} at {time.perf_counter():.0f} s\n"
                    )
                    for statement in step.split(";\n"):
                        if statement.strip():
                            client.execute(bound(statement, {**given, "codes": len(known)}))
        root.execute("VACUUM ANALYZE ledger_entry, ledger_entrytarget, ledger_targetline")
    return firms[0]


def bound(text: str, given: dict[str, Any]) -> Any:
    """Values in their places: some of these statements make tables, which takes no parameters."""
    for name, value in given.items():
        text = text.replace(f"%({name})s", f"'{value}'::uuid" if isinstance(value, UUID) else str(value))
    return text


def firms_of(root: Any) -> list[UUID]:
    """Acme, the others of the tests, and as many more as there must be."""
    root.execute(
        "INSERT INTO tenancy_firm (id, name, slug, state, timezone, locale, currency, created_at)"
        " SELECT uuidv7(), 'Other ' || n, 'other-' || n, 'active', 'UTC', 'en', 'EUR', now() FROM generate_series(1, 4) n"
    )
    found = root.execute(
        "SELECT id FROM tenancy_firm WHERE slug = 'acme' OR slug LIKE 'other-%' ORDER BY slug <> 'acme', slug"
    )
    return [row[0] for row in found.fetchall()]


@contextmanager
def without_indexes(root: Any) -> Iterator[None]:
    names = list(LAID)
    indexes = root.execute(
        "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE tablename = ANY(%s) AND NOT EXISTS"
        " (SELECT FROM pg_constraint c WHERE c.conname = i.indexname)",
        [names],
    ).fetchall()
    for table in LAID:
        root.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    for name, _made in indexes:
        root.execute(f'DROP INDEX "{name}"')
    yield
    for name, made in indexes:
        sys.stdout.write(f"{name} at {time.perf_counter():.0f} s\n")
        root.execute(str(made))
    for table in LAID:
        root.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")


def sizes() -> dict[str, str]:
    with cluster.superuser(DATABASE) as root:
        found = root.execute(
            "SELECT relname, pg_size_pretty(pg_table_size(oid)), pg_size_pretty(pg_indexes_size(oid)) FROM pg_class"
            " WHERE relname = ANY(%s)",
            [list(LAID)],
        ).fetchall()
    return {str(name): f"{table} + {indexes} of indexes" for name, table, indexes in found}


def writes(times: int = 300) -> float:
    """The median of writing one entry about one client, in milliseconds."""
    taken = []
    firm = Firm.objects.get(slug="acme")
    for _ in range(times):
        with firm_transaction(firm.pk):
            actor = staff_actor("alice@acme.example")
            begun = time.perf_counter()
            record(actor, ClientActivated(client_id=actor.membership_id or firm.pk))
            taken.append((time.perf_counter() - begun) * 1000)
    return percentile(taken, 0.5)


def questions_of(firm: UUID) -> dict[str, Callable[[random.Random], dict[str, str]]]:
    """Kinds of questions, and how to make one: whom and what they are about follows the same skew as the entries."""
    with cluster.superuser(DATABASE) as root:
        rows = root.execute("SELECT kind, id::text FROM bench_id WHERE firm = 1 ORDER BY kind, n").fetchall()
        requests = root.execute(
            "SELECT request_id FROM ledger_entry TABLESAMPLE SYSTEM (0.01) WHERE firm_id = %s AND request_id > '' LIMIT 50",
            [firm],
        ).fetchall()
    known: dict[str, list[str]] = {}
    for kind, pk in rows:
        known.setdefault(str(kind), []).append(str(pk))
    codes = [code for (code,) in requests]
    events = sorted(event_classes())

    def some(kind: str, dice: random.Random) -> str:
        return known[kind][int(len(known[kind]) ** dice.random()) - 1]

    def span(dice: random.Random) -> dict[str, str]:
        last = now().date() - timedelta(days=dice.randrange(2400))
        return {"day_from": str(last - timedelta(days=dice.choice((1, 30, 365)))), "day_to": str(last)}

    denied = {"outcome": "denied"}
    return {
        "everything": lambda dice: {},
        "period": span,
        "person": lambda dice: {"who": some("staff", dice)},
        "person, period": lambda dice: {"who": some("staff", dice), **span(dice)},
        "area": lambda dice: {"category": dice.choice(("permissions", "documents", "clients", "auth"))},
        "event": lambda dice: {"event": dice.choice(events)},
        "denied": lambda dice: denied,
        "failed, period": lambda dice: {"outcome": "failed", **span(dice)},
        "portal": lambda dice: {"door": "client"},
        "person, area": lambda dice: {"who": some("staff", dice), "category": "permissions"},
        "person, denied": lambda dice: {"who": some("staff", dice), **denied},
        "program, event": lambda dice: {"who": "token:" + some("token", dice), "event": dice.choice(events)},
        "client": lambda dice: {"object": some("client", dice)},
        "largest client, denied": lambda dice: {"object": known["client"][0], **denied},
        "client, denied": lambda dice: {"object": some("client", dice), **denied},
        "client, person": lambda dice: {"object": some("client", dice), "who": some("staff", dice)},
        "client, person, area, period": lambda dice: {
            "object": some("client", dice),
            "who": some("staff", dice),
            "category": "documents",
            **span(dice),
        },
        "thing": lambda dice: {"object": some("thing", dice)},
        "door, words": lambda dice: {"door": "token", "q": "export"},
        "operator, area": lambda dice: {"who": "operator", "category": "permissions"},
        "request": lambda dice: {"request_id": str(dice.choice(codes))},
    }


def ask(firm: UUID, kinds: dict[str, Any], questions: int) -> dict[str, Times]:
    dice = random.Random(SEED)
    times: dict[str, Times] = {name: Times() for name in kinds}
    each = max(1, -(-questions // len(kinds)))
    with cluster.superuser(DATABASE) as root:
        for _ in range(each):
            for name, make in kinds.items():
                question = make(dice)
                with firm_transaction(firm):
                    actor = staff_actor("alice@acme.example")
                    forget_authority()
                    begun = time.perf_counter()
                    found = answered(actor, question, later=dice.random() < 0.2)
                    times[name].page.append((time.perf_counter() - begun) * 1000)
                    times[name].found.append(found)
                    text, values = plainest(firm, question)
                begun = time.perf_counter()
                root.execute(text, values).fetchall()
                times[name].bare.append((time.perf_counter() - begun) * 1000)
    return times


def answered(actor: Actor, question: dict[str, str], *, later: bool) -> int:
    """What the page does: its entries in words and the count; now and then the page after the first."""
    asked = asked_of(question)
    order = order_of(Entry, "-occurred_at")
    rows = entries_for(actor)
    finder = finder_for(actor, asked)
    if asked.since:
        rows = rows.filter(occurred_at__gte=asked.since)
    if asked.before:
        rows = rows.filter(occurred_at__lt=asked.before)
    place = None
    found: list[Any] = []
    for _ in range(2 if later else 1):
        paged = finder.page(order, place, backwards=False, most=SHOWN) if finder else rows
        found = list(paged.order_by("-occurred_at", "-pk").values("pk", "occurred_at", *NEEDED)[:SHOWN])
        for row in found:
            assert who(row) and sentence(row)
        if len(found) < SHOWN:
            break
        place = place_of(order, found[-2])
    if len(found) < SHOWN:
        return len(found)
    return finder.count(COUNTED) if finder else rows.order_by().values("pk")[:COUNTED].count()


def plainest(firm: UUID, question: dict[str, str]) -> tuple[Any, list[Any]]:
    """The ids of the page by the first SQL that comes to mind."""
    asked = asked_of(question)
    where, values = ["firm_id = %s"], [firm]
    pairs: list[tuple[str, Any]] = [
        ("user_id = %s", asked.user_id),
        ("token_id = %s", asked.token_id),
        ("category = %s", asked.category),
        ("code = ANY(%s)", list(asked.codes)),
        ("request_id = %s", asked.request_id),
        ("occurred_at >= %s", asked.since),
        ("occurred_at < %s", asked.before),
    ]
    pairs += [("code LIKE %s", f"%{word}%") for word in asked.words]
    pairs += [("domain = %s", domain) for domain in asked.domains]
    if asked.outcome:
        pairs.append(("code = ANY(%s)", sorted(outcome_codes(Outcome(asked.outcome)))))
    if asked.objects:
        inside = "id IN (SELECT entry_id FROM ledger_entrytarget WHERE object_id = ANY(%s))"
        pairs.append((inside, list(asked.objects)))
    for text, value in pairs:
        if value:
            where.append(text)
            values.append(value)
    return (
        f"SELECT id FROM ledger_entry WHERE {' AND '.join(where)} ORDER BY occurred_at DESC, id DESC LIMIT {SHOWN}",
        values,
    )


def through_pages(firm: UUID, kinds: dict[str, Any], times: int) -> list[float]:
    """The page itself, from the request to its last byte, its own line in the trail included."""
    dice = random.Random(SEED + 1)
    browser = Browser()
    browser.force_login(User.objects.get(email="alice@acme.example"))
    taken = []
    names = list(kinds)
    browser.get("/w/acme/audit/")
    for number in range(times):
        question = kinds[names[number % len(names)]](dice)
        begun = time.perf_counter()
        answer = browser.get("/w/acme/audit/", {**question, "view": "all"})
        taken.append((time.perf_counter() - begun) * 1000)
        assert answer.status_code == 200
    return taken


if __name__ == "__main__":
    sys.exit(main())
