"""Can it be told that a thing exists in another firm? By what is answered, and by how long it takes.

`python -m bench.existence [--pairs N] [--part N/M]`. Every route with an id is asked as an administrator, a client's person and a program
of another firm: with an id that is there and with one that is nowhere, in turns. Aims: the same bytes but for ids and tokens of the
form; medians that differ by less than 1 ms over 2,000 pairs. `--part 2/8` asks the second of eight parts of the routes.
"""

import argparse
import gc
import logging
import statistics
import sys
import time
from random import Random
from uuid import uuid4

from django.db import transaction

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.report import percentile, show
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import point_at, prepare_template
from firmament.kernel.testing.fixtures import staff_actor
from tests.isolating import (
    Intruder,
    Prober,
    Route,
    Setting,
    alike,
    open_throttles,
    prepare,
    request_of,
    undone,
)

DATABASE = "firmament_bench_existence"
ASKING = {"outside firm_admin", "outside client", "outside firm_admin’s program"}
AIM_MS = 1.0


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--pairs", type=int, default=2_000)
    arguments.add_argument("--part", default="1/1")
    options = arguments.parse_args()
    part, parts = map(int, options.part.split("/"))
    logging.disable(logging.CRITICAL)
    prepare_template()
    cluster.clone(cluster.TEMPLATE, DATABASE)
    point_at(DATABASE)
    open_throttles()
    gaps, different = [], []
    with transaction.atomic(), firm_transaction(Firm.objects.get(slug="acme").pk):
        setting = prepare(staff_actor("ada@acme.example"), staff_actor("alice@acme.example"))
        prober = Prober()
        gc.freeze()
        for who, route in asked(setting)[part - 1 :: parts]:
            gap, same = compare(setting, prober, who, route, options.pairs)
            gaps.append((gap, f"{route.method} {route.name}"))
            different += [] if same else [route.name]
        transaction.set_rollback(True)
    gaps.sort()
    for gap, name in gaps[-8:]:
        sys.stderr.write(f"{gap:.3f} ms {name}\n")
    only = [gap for gap, _name in gaps]
    show(
        "existence",
        (
            "routes",
            "pairs a route",
            "answers that differ",
            "median gap ms",
            "p95 gap ms",
            "worst gap ms",
            "worst route",
        ),
        [
            (
                len(gaps),
                options.pairs,
                len(different),
                statistics.median(only),
                percentile(only, 0.95),
                only[-1],
                gaps[-1][1],
            )
        ],
        aim_ms=AIM_MS,
        part=options.part,
    )
    return int(bool(different) or only[-1] >= AIM_MS)


def asked(setting: Setting) -> list[tuple[Intruder, Route]]:
    """Every route that leads to something hidden, with who asks."""
    people = [who for who in setting.intruders if who.name in ASKING]
    return [
        (who, route) for who in people for route in setting.routes if route.door == who.door and route.hidden
    ]


def compare(setting: Setting, prober: Prober, who: Intruder, route: Route, pairs: int) -> tuple[float, bool]:
    """How far the medians lie apart, in milliseconds, and whether every answer was the same."""
    real = next((str(value) for value in route.hidden.values() if str(value) in who.ids), str(uuid4()))
    times: dict[bool, list[float]] = {True: [], False: []}
    answers = set()
    for number in range(pairs + 5):
        for there in (True, False) if number % 2 else (False, True):
            value = real if there else str(uuid4())
            url, sent = request_of(setting, who, route, "path", Random(0), value)
            with undone():
                began = time.perf_counter()
                response = prober.answer(who, route.method, url, sent)
                took = (time.perf_counter() - began) * 1000
            if number >= 5:
                times[there].append(took)
            if number < 8:
                answers.add(repr(alike(response)))
    return abs(statistics.median(times[True]) - statistics.median(times[False])), len(answers) == 1


if __name__ == "__main__":
    sys.exit(main())
