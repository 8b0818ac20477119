"""Does a pooled connection ever carry a firm over? 100,000 interleaved transactions of 20 firms on 4 connections.

`python -m bench.tenancy [--transactions N]`. One in ten raises, one in fifty is canceled by a statement timeout, one in
two hundred loses its connection to the server. Prints the denominator, and ends with 1 if anything was stale.
"""

import argparse
import random
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from django.db import OperationalError, connection, connections

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.report import show
from firmament.kernel.identity.founding import found_firm
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import point_at, prepare_template
from firmament.kernel.testing.world import make_user


class Stale(AssertionError):
    """A transaction saw a firm that was not its own."""


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--transactions", type=int, default=100_000)
    arguments.add_argument("--seed", type=int, default=7)
    options = arguments.parse_args()
    firms = prepare(20)
    tally = run(firms, options.transactions, options.seed)
    show(
        "tenancy",
        ("transactions", *tally),
        [(options.transactions, *tally.values())],
        firms=20,
        pool=4,
        seed=options.seed,
    )
    return 1 if tally["stale"] else 0


def prepare(count: int) -> list[UUID]:
    """Twenty firms in a clone of the template, and a pool of four."""
    prepare_template()
    cluster.clone(cluster.TEMPLATE, "firmament_bench")
    point_at("firmament_bench")
    firms = [
        found_firm(
            name=f"Firm {n}", slug=f"firm-{n}", admin=make_user(f"Admin {n}", f"admin{n}@firm.example")
        ).pk
        for n in range(count)
    ]
    connections.close_all()
    for one in connections.all():
        one.settings_dict["OPTIONS"]["pool"] = {"min_size": 4, "max_size": 4, "timeout": 60}
    return firms


def run(firms: list[UUID], transactions: int, seed: int) -> dict[str, int]:
    tally = dict.fromkeys(("stale", "raised", "canceled", "cut"), 0)
    lock = threading.Lock()

    def worker(number: int) -> None:
        dice = random.Random(seed * 1000 + number)
        for _ in range(transactions // 8):
            outcome = one(dice, dice.choice(firms))
            if outcome:
                with lock:
                    tally[outcome] += 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(worker, range(8)))
    return tally


def one(dice: random.Random, firm: UUID) -> str:
    """One transaction with its mishap; afterwards the connection is put back as a request would."""
    try:
        with firm_transaction(firm):
            seen = set(Membership.objects.values_list("firm_id", flat=True))
            if seen != {firm}:
                raise Stale
            luck = dice.random()
            if luck < 0.1:
                raise ZeroDivisionError
            with connection.cursor() as cursor:
                if luck < 0.12:
                    cursor.execute("SET LOCAL statement_timeout = 1")
                    cursor.execute("SELECT pg_sleep(1)")
                if luck < 0.125:
                    cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
                cursor.execute("SELECT current_setting('app.firm_id')")
                if cursor.fetchone()[0] != str(firm):
                    raise Stale
    except Stale:
        return "stale"
    except ZeroDivisionError:
        return "raised"
    except OperationalError as error:
        return "canceled" if "timeout" in str(error) else "cut"
    finally:
        if left_behind():
            return "stale"  # noqa: B012 - whatever else happened, this is the finding
        connection.close()
    return ""


def left_behind() -> bool:
    """Whether the connection still knows a firm after its transaction has ended."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.firm_id', true)")
            return bool(cursor.fetchone()[0])
    except OperationalError:
        return False


if __name__ == "__main__":
    sys.exit(main())
