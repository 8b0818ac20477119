"""Does anybody meet what is hidden from them? Every route, everybody who can knock, every place an id can go.

`python -m bench.isolation [--requests N] [--shard N] [--seed N] [--afresh]`. Shards of `--shard` requests each, every one
in a transaction that is rolled back. What a shard found is kept, and the next run goes on after it until there are N requests
in all; `--seed` begins at another shard, for a second run beside the first. Aim: no leak.
Ends with 1 after a leak, or an answer of 500 and above.
"""

import argparse
import logging
import sys
import time
from collections import Counter
from typing import Any

from bench.intruding import ready_in
from bench.parts import Parts
from bench.report import show
from tests.isolating import Prober, Setting, run

DATABASE = "firmament_bench_isolation"
SHOWN = 40


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--requests", type=int, default=1_000_000)
    arguments.add_argument("--shard", type=int, default=2_000, help="requests in one transaction")
    arguments.add_argument("--seed", type=int, help="the first shard’s number; else the one after the last")
    arguments.add_argument("--afresh", action="store_true", help="forget the shards of former runs")
    options = arguments.parse_args()
    logging.disable(logging.CRITICAL)
    parts = Parts("isolation", afresh=options.afresh)
    if asked(parts) < options.requests:
        go_on(parts, options.requests, options.shard, options.seed)
    return told(parts.all())


def go_on(parts: Parts, requests: int, each: int, seed: int | None) -> None:
    """Shard after shard, until there are so many requests in all."""
    if seed is None:
        seed = max((part["seed"] for part in parts.all()), default=-1) + 1
    setting, prober = ready_in(DATABASE, forms=True)
    while asked(parts) < requests:
        parts.add(shard(setting, prober, seed, each))
        sys.stderr.write(f"shard {seed}: {asked(parts)} requests\n")
        seed += 1


def asked(parts: Parts) -> int:
    return sum(part["requests"] for part in parts.all())


def told(parts: list[dict[str, Any]]) -> int:
    """Print what all the parts found; 1 where one found something."""
    leaks = [line for part in parts for line in part["leaks"]]
    faults = [line for part in parts for line in part["faults"]]
    answers: Counter[str] = Counter()
    for part in parts:
        answers.update(part["answers"])
    for line in [*leaks, *faults][:SHOWN]:
        sys.stderr.write(f"{line}\n")
    requests, seconds = sum(part["requests"] for part in parts), sum(part["seconds"] for part in parts)
    show(
        "isolation",
        ("requests", "routes", "intruders", "combinations", "requests/s", "leaks", "faults"),
        [(requests, *parts[-1]["chosen_of"], requests / seconds, len(leaks), len(faults))],
        shards=len(parts),
        answers=" ".join(f"{status}:{times}" for status, times in sorted(answers.items())),
    )
    return int(bool(leaks or faults))


def shard(setting: Setting, prober: Prober, seed: int, requests: int) -> dict[str, Any]:
    """What was found, how many seconds the requests took, and of what they were chosen."""
    began = time.perf_counter()
    found = run(setting, prober, seed=seed, requests=requests)
    took = time.perf_counter() - began
    return {
        "seed": seed,
        "requests": found.requests,
        "seconds": took,
        "chosen_of": (len(setting.routes), len(setting.intruders), len(setting.combinations())),
        "answers": found.answers,
        "leaks": found.leaks,
        "faults": found.faults,
    }


if __name__ == "__main__":
    sys.exit(main())
