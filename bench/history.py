"""What a write of a regulated row costs more because its history is kept: `python -m bench.history [--writes N]`.

The same writes, each with its event in one transaction: without the triggers of the table, with its history, and with the
look for the event at the commit too; the median of each, and what both add. Ends with 1 where that is more than a
millisecond.
"""

import argparse
import statistics
import sys
import time

from django.db import connection, connections

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.report import show
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.events import TeamCreated, TeamRenamed
from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.actor import Actor
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
    bare, kept, told = ({what: list[float]() for what in ("insert", "update")} for _way in range(3))
    for turn in range(10):
        for times, history, looked_for in ((bare, False, False), (kept, True, False), (told, True, True)):
            switch("policies_team", "row_history", on=history)
            switch("ledger_rowchange", "row_told", on=looked_for)
            write(firm, options.writes // 10, times, f"{turn}-{history}-{looked_for}")
    rows = []
    for what in bare:
        medians = [statistics.median(times[what]) * 1000 for times in (bare, kept, told)]
        rows.append((what, *(round(one, 2) for one in medians), round(medians[2] - medians[0], 2)))
    show(
        "history",
        ("write", "without, ms", "with history, ms", "event looked for, ms", "added, ms"),
        rows,
        writes=options.writes,
        aim=AIM_MS,
    )
    return 1 if any(row[4] > AIM_MS for row in rows) else 0


def switch(table: str, trigger: str, *, on: bool) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} {'ENABLE ALWAYS' if on else 'DISABLE'} TRIGGER {trigger}")


def write(firm: Firm, count: int, times: dict[str, list[float]], mark: str) -> None:
    for number in range(count):
        began = time.perf_counter()
        with firm_transaction(firm.pk):
            team = Team.objects.create(name=f"Team {mark} {number}")
            record(Actor.system("bench.history"), TeamCreated(team_id=team.pk, name=team.name))
        times["insert"].append(time.perf_counter() - began)
        began = time.perf_counter()
        with firm_transaction(firm.pk):
            name = f"Renamed {mark} {number}"
            Team.objects.filter(pk=team.pk).update(name=name)
            record(Actor.system("bench.history"), TeamRenamed(team_id=team.pk, before=team.name, name=name))
        times["update"].append(time.perf_counter() - began)
    connection.close()


if __name__ == "__main__":
    sys.exit(main())
