"""What a write of a regulated row costs more because its history is kept: `python -m bench.history [--writes N]`.

The same writes, one transaction each, on a table with its triggers and without them; the median of each, and what the
history adds. Ends with 1 where that is more than a millisecond.
"""

import argparse
import statistics
import sys
import time

from django.db import connection, connections

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.report import show
from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import point_at, prepare_template

AIM_MS = 1.0


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--writes", type=int, default=2_000)
    options = arguments.parse_args()
    prepare_template()
    cluster.clone(cluster.TEMPLATE, "firmament_bench")
    point_at("firmament_bench")
    firm = Firm.objects.get(slug="acme")
    # In turns, so that whatever else the machine does falls on both alike.
    kept: dict[str, list[float]] = {"insert": [], "update": []}
    bare: dict[str, list[float]] = {"insert": [], "update": []}
    for turn in range(10):
        for times, on in ((kept, True), (bare, False)):
            switch(on)
            write(firm, options.writes // 10, times, f"{turn}-{on}")
    rows = []
    for what in kept:
        with_ms, without_ms = (statistics.median(times[what]) * 1000 for times in (kept, bare))
        rows.append((what, round(without_ms, 2), round(with_ms, 2), round(with_ms - without_ms, 2)))
    show(
        "history",
        ("write", "without, ms", "with history, ms", "added, ms"),
        rows,
        writes=options.writes,
        aim=AIM_MS,
    )
    return 1 if any(row[3] > AIM_MS for row in rows) else 0


def switch(on: bool) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE policies_team {'ENABLE ALWAYS' if on else 'DISABLE'} TRIGGER row_history"
        )


def write(firm: Firm, count: int, times: dict[str, list[float]], mark: str) -> None:
    for number in range(count):
        began = time.perf_counter()
        with firm_transaction(firm.pk):
            team = Team.objects.create(name=f"Team {mark} {number}")
        times["insert"].append(time.perf_counter() - began)
        began = time.perf_counter()
        with firm_transaction(firm.pk):
            Team.objects.filter(pk=team.pk).update(name=f"Renamed {mark} {number}")
        times["update"].append(time.perf_counter() - began)
    connection.close()


if __name__ == "__main__":
    sys.exit(main())
