"""Is the list exactly what each object allows? Every power, in random worlds of the whole product.

`python -m bench.policies [--worlds N] [--seed N]`. In each world every registered power is asked of every row of every table it
is about, by six actors: once of the object (`judge`, which `allows` asks) and once of the list (`visible`, by the database). Aim: no
difference. Ends with 1 where there is one; the worlds that showed it are printed.
"""

import argparse
import sys
import time

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.report import show
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing.database import prepare_template
from tests.worlds import Tally, loose_database, pairs

SHOWN = 20


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--worlds", type=int, default=1_000)
    arguments.add_argument(
        "--seed", type=int, default=0, help="the first world's number; the others follow it"
    )
    options = arguments.parse_args()
    prepare_template()
    tally = Tally()
    began = time.perf_counter()
    with loose_database("firmament_bench_policies"):
        firm = Firm.objects.get(slug="acme")
        for seed in range(options.seed, options.seed + options.worlds):
            with firm_transaction(firm.pk):
                tally.take(seed)
    took = time.perf_counter() - began
    for line in tally.wrong[:SHOWN]:
        sys.stderr.write(f"{line}\n")
    powers = {declared.power for declared, _model in pairs()}
    show(
        "policies",
        (
            "powers",
            "tables asked of",
            "worlds a power",
            "lists compared",
            "of them with rows",
            "disagreements",
        ),
        [
            (
                len(powers),
                len({model for _declared, model in pairs()}),
                tally.worlds,
                tally.asked.total(),
                tally.some.total(),
                len(tally.wrong),
            )
        ],
        first_world=options.seed,
        seconds=round(took),
        never_allowed=len(powers - tally.some.keys()),
    )
    return int(bool(tally.wrong))


if __name__ == "__main__":
    sys.exit(main())
