"""Does anybody meet what is hidden from them? Every route, everybody who can knock, every place an id can go.

`python -m bench.isolation [--requests N] [--seed N] [--shard N]`. Shards of `--shard` requests each, every one in a
transaction that is rolled back; `--seed` is the first shard's number, so that a long measurement can be made in parts. Aim: no leak.
Ends with 1 after a leak, or an answer of 500 and above.
"""

import argparse
import logging
import sys
import time

from django.db import transaction

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.report import show
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import point_at, prepare_template
from firmament.kernel.testing.fixtures import staff_actor
from tests.isolating import Findings, Prober, learn_forms, open_throttles, prepare, run

DATABASE = "firmament_bench_isolation"
SHOWN = 40


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--requests", type=int, default=1_000_000)
    arguments.add_argument(
        "--seed", type=int, default=0, help="the first shard's number; the others follow it"
    )
    arguments.add_argument("--shard", type=int, default=20_000, help="requests in one transaction")
    options = arguments.parse_args()
    logging.disable(logging.CRITICAL)
    prepare_template()
    cluster.clone(cluster.TEMPLATE, DATABASE)
    point_at(DATABASE)
    open_throttles()
    found, shape, seconds, seed = Findings(), (0, 0, 0), 0.0, options.seed
    while found.requests < options.requests:
        part, took, shape = shard(seed, min(options.shard, options.requests - found.requests))
        found.add(part)
        seconds += took
        seed += 1
        sys.stderr.write(f"shard {seed - 1}: {found.requests} requests, {len(found.leaks)} leaks\n")
    for line in [*found.leaks, *found.faults][:SHOWN]:
        sys.stderr.write(f"{line}\n")
    show(
        "isolation",
        ("requests", "routes", "intruders", "combinations", "requests/s", "leaks", "faults"),
        [(found.requests, *shape, found.requests / seconds, len(found.leaks), len(found.faults))],
        first_shard=options.seed,
        answers=" ".join(f"{status}:{times}" for status, times in sorted(found.answers.items())),
    )
    return int(bool(found.leaks or found.faults))


def shard(seed: int, requests: int) -> tuple[Findings, float, tuple[int, int, int]]:
    """What was found, how many seconds the requests took, and of what they were chosen."""
    acme = Firm.objects.get(slug="acme")
    with transaction.atomic(), firm_transaction(acme.pk):
        setting = prepare(staff_actor("ada@acme.example"), staff_actor("alice@acme.example"))
        prober = Prober()
        learn_forms(setting, prober)
        began = time.perf_counter()
        found = run(setting, prober, seed=seed, requests=requests)
        took = time.perf_counter() - began
        transaction.set_rollback(True)
    return found, took, (len(setting.routes), len(setting.intruders), len(setting.combinations()))


if __name__ == "__main__":
    sys.exit(main())
