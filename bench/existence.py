"""Can it be told that a thing exists in another firm? By what is answered, and by how long it takes.

`python -m bench.existence [--pairs N] [--seconds N] [--afresh]`. Every route with an id is asked as an administrator, a client's person and a program
of another firm: with an id that is there and with one that is nowhere, in turns. Aims: the same bytes but for ids and tokens of the
form; medians that differ by less than 1 ms over 2,000 pairs. What a route gave is kept, and the next run goes on after it.
"""

import argparse
import gc
import logging
import statistics
import sys
import time
from random import Random
from typing import Any
from uuid import uuid4

from django.db import transaction

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.parts import Parts
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
TOGETHER = 10


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--pairs", type=int, default=2_000)
    arguments.add_argument("--afresh", action="store_true", help="ask the routes of former runs again")
    arguments.add_argument("--seconds", type=float, default=float("inf"), help="begin no route after these")
    options = arguments.parse_args()
    logging.disable(logging.CRITICAL)
    prepare_template()
    cluster.clone(cluster.TEMPLATE, DATABASE)
    point_at(DATABASE)
    open_throttles()
    parts = Parts("existence", afresh=options.afresh)
    end = time.monotonic() + options.seconds
    left, routes = some_routes(parts, options.pairs, end)
    while left and time.monotonic() < end:
        left, routes = some_routes(parts, options.pairs, end)
    return told(parts.all(), routes, options.pairs)


def some_routes(parts: Parts, pairs: int, end: float) -> tuple[bool, int]:
    """Ask the next routes in a transaction of their own; whether there are more, and how many there are in all.

    What so many undone requests leave behind in one transaction makes each slower than the last, and some of them more.
    """
    with transaction.atomic(), firm_transaction(Firm.objects.get(slug="acme").pk):
        setting = prepare(staff_actor("ada@acme.example"), staff_actor("alice@acme.example"))
        prober = Prober()
        gc.freeze()
        done = {part["route"] for part in parts.all() if part["pairs"] >= pairs}
        routes = asked(setting)
        left = [(who, route) for who, route in routes if route_name(who, route) not in done]
        for who, route in left[:TOGETHER]:
            if time.monotonic() < end:
                gap, same = compare(setting, prober, who, route, pairs)
                parts.add({"route": route_name(who, route), "pairs": pairs, "gap": gap, "same": same})
        transaction.set_rollback(True)
    return len(left) > TOGETHER, len(routes)


def route_name(who: Intruder, route: Route) -> str:
    return f"{route.method} {route.name}, {who.name}"


def told(parts: list[dict[str, Any]], routes: int, pairs: int) -> int:
    """Print how far apart the answers lay on the routes asked so often; 1 where an aim is missed."""
    kept = {part["route"]: part for part in parts if part["pairs"] >= pairs}
    furthest = sorted(kept.values(), key=lambda part: part["gap"])
    gaps = [part["gap"] for part in furthest]
    different = [part["route"] for part in furthest if not part["same"]]
    for part in furthest[-8:]:
        sys.stderr.write(f"{part['gap']:.3f} ms {part['route']}\n")
    for name in different:
        sys.stderr.write(f"told apart: {name}\n")
    show(
        "existence",
        ("routes", "of", "pairs a route", "answers that differ", "median gap ms", "p95 gap ms", "worst gap ms", "worst route"),
        [(len(gaps), routes, pairs, len(different), statistics.median(gaps), percentile(gaps, 0.95), gaps[-1], furthest[-1]["route"])],
        aim_ms=AIM_MS,
    )  # fmt: skip
    return int(bool(different) or gaps[-1] >= AIM_MS)


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
