"""Can it be told that a thing exists in another firm? By what is answered, and by how long it takes.

`python -m bench.existence [--pairs N] [--seconds N] [--afresh]`. Every route with an id is asked as an administrator, a client's person and a program
of another firm: with an id that is there and with one that is nowhere, in turns. Aims: the same bytes but for ids and tokens of the
form; medians that differ by less than 1 ms over 2,000 pairs. What a route gave is kept, and the next run goes on after it.
"""

import argparse
import logging
import statistics
import sys
import time
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import uuid4

from bench.intruding import ready_in
from bench.parts import Parts
from bench.report import percentile, show
from tests.isolating import Intruder, Prober, Route, Setting, alike, request_of, undone, undone_in_acme

DATABASE = "firmament_bench_existence"
ASKING = {"outside firm_admin", "outside client", "outside firm_admin’s program"}
AIM_MS = 1.0
TOGETHER = 250  # pairs in one transaction
WARMING = 5


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--pairs", type=int, default=2_000)
    arguments.add_argument("--afresh", action="store_true", help="ask the routes of former runs again")
    arguments.add_argument("--seconds", type=float, default=float("inf"), help="begin no route after these")
    options = arguments.parse_args()
    logging.disable(logging.CRITICAL)
    parts = Parts("existence", afresh=options.afresh)
    end = time.monotonic() + options.seconds
    setting, prober = ready_in(DATABASE, forms=False)
    routes = asked(setting)
    done = {part["route"] for part in parts.all() if part["pairs"] >= options.pairs}
    for who, route in routes:
        if route_name(who, route) not in done and time.monotonic() < end:
            one = Comparison(setting, prober, who, route)
            one.ask(options.pairs)
            parts.add(
                {"route": route_name(who, route), "pairs": options.pairs, "gap": one.gap, "same": one.same}
            )
    return told(parts.all(), len(routes), options.pairs)


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


@dataclass
class Comparison:
    """One route asked about a thing that is there, and about one that is nowhere."""

    setting: Setting
    prober: Prober
    who: Intruder
    route: Route
    times: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})
    answers: set[str] = field(default_factory=set)

    @property
    def gap(self) -> float:
        """How far the medians lie apart, in milliseconds."""
        return abs(statistics.median(self.times[True]) - statistics.median(self.times[False]))

    @property
    def same(self) -> bool:
        return len(self.answers) == 1

    def ask(self, pairs: int) -> None:
        """So many pairs, a few hundred in one transaction."""
        while (left := pairs - len(self.times[True])) > 0:
            with undone_in_acme():
                self._ask(min(left, TOGETHER))

    def _ask(self, pairs: int) -> None:
        hidden = (str(value) for value in self.route.hidden.values())
        real = next((value for value in hidden if value in self.who.ids), str(uuid4()))
        for number in range(-WARMING, pairs):
            for there in (True, False) if number % 2 else (False, True):
                value = real if there else str(uuid4())
                url, sent = request_of(self.setting, self.who, self.route, "path", Random(0), value)
                with undone():
                    began = time.perf_counter()
                    response = self.prober.answer(self.who, self.route.method, url, sent)
                    took = (time.perf_counter() - began) * 1000
                if number < 0:
                    self.answers.add(repr(alike(response)))
                else:
                    self.times[there].append(took)


if __name__ == "__main__":
    sys.exit(main())
