"""What the proof of the audit trail costs, and whether anything slips through it.

`python -m bench.proof [--entries N] [--attacks N] [--seconds S]`. On one firm: what noting a row adds to `record`; how fast a
backlog is numbered and signed; how far behind the worker is while SQL feeds 1,000 rows a second; a verification of the whole
log, an export, and the check of that export by `tools/firmament_verify.py`; one inclusion proof. Then attacks by a superuser
of the database, each found and named or not. Aims: ≤ 1 ms, ≤ 60 s behind, ≤ 60 s for a million entries, every attack named.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection, transaction

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.report import percentile, show
from firmament.kernel.ledger.kernel_events import PowerDenied
from firmament.kernel.ledger.record import record
from firmament.kernel.proof import jobs
from firmament.kernel.proof.archive import write_archive
from firmament.kernel.proof.tests.attacks import ATTACKS, Superuser, located
from firmament.kernel.proof.tests.factories import number_everything, write_entries
from firmament.kernel.proof.tree import Tree
from firmament.kernel.proof.verification import examine
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import point_at, prepare_template

DATABASE = "firmament_bench_proof"
TOOL = Path(__file__).resolve().parents[1] / "tools" / "firmament_verify.py"
ROWS = 1000
AIM_S, AIM_MS = 60, 1.0

# An entry, what it is about, and for every fourth a personal value whose commitment it holds.
FILL = (
    "INSERT INTO ledger_entry (id, firm_id, created_at, updated_at, code, category, occurred_at, domain, user_id, job, roles,"
    " request_id, payload) SELECT uuidv7(), %(firm)s, now(), now(), 'clients.client_changed', 'clients',"
    " now(), 'staff', gen_random_uuid(), '', '[\"partner\"]', md5(n::text), jsonb_build_object('client_id', gen_random_uuid(),"
    " 'title', 'Accounts ' || n, 'number', n) FROM generate_series(1, %(rows)s) n",
    "INSERT INTO ledger_entrytarget (id, firm_id, created_at, updated_at, kind, object_id, occurred_at, entry_id)"
    " SELECT uuidv7(), firm_id, created_at, created_at, 'clients.client', gen_random_uuid(), occurred_at, id"
    " FROM ledger_entry e WHERE firm_id = %(firm)s"
    " AND NOT EXISTS (SELECT FROM ledger_entrytarget t WHERE t.firm_id = e.firm_id AND t.entry_id = e.id)",
)


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--entries", type=int, default=1_000_000)
    arguments.add_argument("--attacks", type=int, default=10_000)
    arguments.add_argument("--seconds", type=int, default=60)
    options = arguments.parse_args()
    prepare_template()
    cluster.clone(cluster.TEMPLATE, DATABASE)
    point_at(DATABASE)
    missed = False
    with tempfile.TemporaryDirectory(prefix="firmament-proof-") as home:
        settings.PROOF_ROOT = Path(home) / "proof"
        if options.entries:
            firm = Firm.objects.get(slug="acme")
            rows = [
                *cost_of_noting(firm),
                *long_log(firm, options.entries, Path(home)),
                *fed(firm, options.seconds),
            ]
            show("proof", ("what", "figure", "unit", "aim"), rows, entries=options.entries)
            missed = any(aim and figure > aim for _what, figure, _unit, aim in rows)
        if options.attacks:
            missed |= attacked(options.attacks)
    connection.close()
    cluster.drop(DATABASE)
    return int(missed)


def cost_of_noting(firm: Firm, rounds: int = 400) -> list[tuple[str, float, str, float]]:
    """`record` with the trigger and without, by turns."""
    times: dict[bool, list[float]] = {True: [], False: []}
    actor_of = Actor.system
    for turn in range(8):
        on = bool(turn % 2)
        with cluster.superuser(DATABASE) as root:
            root.execute(
                f"ALTER TABLE ledger_entry {'ENABLE ALWAYS' if on else 'DISABLE'} TRIGGER proof_pending"
            )
        for _ in range(rounds // 4):
            with firm_transaction(firm.pk):
                begun = time.perf_counter()
                record(actor_of("bench.proof"), PowerDenied(power="clients.view", rule="none"))
                times[on].append((time.perf_counter() - begun) * 1000)
    without, with_it = percentile(times[False], 0.5), percentile(times[True], 0.5)
    # What came in while the trigger was off waits for nobody; the log of this firm begins after it.
    return [
        ("record, p50", with_it, "ms", 0.0),
        ("noting a row adds", max(with_it - without, 0.0), "ms", AIM_MS),
    ]


def fill(firm: Firm, rows: int) -> None:
    with cluster.superuser(DATABASE) as root:
        for statement in FILL:
            root.execute(statement, {"firm": firm.pk, "rows": rows})
        root.execute("ANALYZE ledger_entry, ledger_entrytarget, proof_pending")


def long_log(firm: Firm, entries: int, home: Path) -> list[tuple[str, float, str, float]]:
    fill(firm, entries)
    begun = time.perf_counter()
    count = jobs.serve(firm.pk)
    numbered = time.perf_counter() - begun
    with cluster.superuser(DATABASE) as root:
        root.execute("VACUUM ANALYZE proof_logentry, proof_pending, ledger_entry, ledger_entrytarget")
    with firm_transaction(firm.pk):
        begun = time.perf_counter()
        found = examine(firm.pk)
        verified = time.perf_counter() - begun
        assert found.told() == [] and found.size >= entries
        begun = time.perf_counter()
        path = home / "export.zip"
        with path.open("wb") as file:
            write_archive(file, name="export.zip", values=True)
        exported = time.perf_counter() - begun
        begun = time.perf_counter()
        Tree().inclusion(found.size // 3, found.size)
        proven = (time.perf_counter() - begun) * 1000
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-I", str(TOOL), str(path)], check=True, capture_output=True)
    checked = time.perf_counter() - begun
    return [
        ("a backlog is numbered and signed", count / numbered, "rows/s", 0.0),
        (f"{found.size:,} entries verified by the job", verified, "s", AIM_S),
        ("the same exported with proof", exported, "s", 0.0),
        ("that export checked by firmament_verify.py", checked, "s", AIM_S),
        ("one inclusion proof", proven, "ms", 0.0),
    ]


def fed(firm: Firm, seconds: int) -> list[tuple[str, float, str, float]]:
    """SQL feeds a thousand rows a second while the worker's beat comes every fifteen; how old the oldest got to be."""
    stop = threading.Event()
    worst = 0.0
    written = [0]

    def feed() -> None:
        with psycopg.connect(**_superuser_place(), autocommit=True) as root:
            begun = time.monotonic()
            while not stop.is_set():
                root.execute(FILL[0], {"firm": firm.pk, "rows": ROWS // 10})
                written[0] += ROWS // 10
                stop.wait(max(begun + written[0] / ROWS - time.monotonic(), 0))

    feeder = threading.Thread(target=feed)
    feeder.start()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(15)
        begun = time.monotonic()
        with firm_transaction(firm.pk), connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(extract(epoch FROM now() - min(noted_at)), 0)::float8 FROM proof_pending"
                " WHERE firm_id = %s",
                [firm.pk],
            )
            oldest = cursor.fetchone()[0]
        jobs.serve(firm.pk)
        # It was as old as that when it was signed, and no other was older.
        worst = max(worst, oldest + time.monotonic() - begun)
    stop.set()
    feeder.join()
    return [
        ("fed by SQL", written[0] / seconds, "rows/s", 0.0),
        ("the oldest row without a signed number", worst, "s", AIM_S),
    ]


def _superuser_place() -> dict[str, object]:
    return dict(cluster.EmbeddedPostgres(os.environ[cluster.HOME]).dsn(DATABASE))


def attacked(rounds: int, seed: int = 7) -> bool:
    """Attacks on a log of six hundred entries, one after another, each undone before the next."""
    random.seed(seed)
    place = _superuser_place()
    connection.close()
    before = dict(connection.settings_dict)
    connection.settings_dict.update(
        USER=place["user"], PASSWORD=place["password"], HOST=place["host"], PORT=place["port"]
    )
    made: dict[str, int] = {}
    found: dict[str, int] = {}
    try:
        with firm_transaction(Firm.objects.get(slug="globex").pk):
            superuser = Superuser()
            for _ in range(4):
                write_entries(75)
                size = number_everything()
            for _ in range(rounds):
                attack, seq = random.choice(ATTACKS), random.randrange(size - 300, size)
                expected, result = superuser.try_out(lambda log, attack=attack, seq=seq: attack(log, seq))
                name = attack.__name__.replace("_", " ")
                made[name] = made.get(name, 0) + 1
                found[name] = found.get(name, 0) + located(expected, result)
            transaction.set_rollback(True)
    finally:
        connection.close()
        connection.settings_dict.update(before)
    rows = [(name, made[name], found[name]) for name in sorted(made)]
    rows.append(("altogether", sum(made.values()), sum(found.values())))
    show("proof_attacks", ("attack", "made", "found and named"), rows, seed=seed)
    return sum(made.values()) != sum(found.values())


if __name__ == "__main__":
    sys.exit(main())
