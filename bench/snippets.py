"""The library of wording: its list as it grows large, filling one in, and a hundred insertions at the same moment.

`python -m bench.snippets [--snippets N] [--rounds N]`. The library of `bench.picker`, in folders, seen by a partner; through the
whole stack but the network. Aims: the list in at most 8 queries and 60 ms at the median; of 100 insertions at once
exactly 100 counted. How many texts a second the engine fills in by itself is measured by `bench.wording`.
"""

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client as Browser

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.picker import DATABASE, PERSON, write_library
from bench.report import percentile, show
from firmament.kernel.identity.models import User
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.kernel.testing.at_once import crowd
from firmament.kernel.testing.database import point_at, prepare_template
from firmament.kernel.testing.fixtures import Queries, staff_actor
from firmament.kernel.wording.filling import Place
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.insertions.actions import insert_snippet
from firmament.modules.snippets.models import Snippet
from firmament.modules.snippets.tests.factories import fill, thanks

AT_ONCE = 100
QUERIES, AIM_MS = 8, 60
LIST = "/w/acme/snippets/"
FOLDERS = (
    "INSERT INTO labels_folder (id, firm_id, created_at, updated_at, area, name, folded, position)"
    " SELECT uuidv7(), f.id, now(), now(), 'snippets', 'Bench ' || n, 'bench ' || n, n"
    " FROM generate_series(1, 30) n CROSS JOIN tenancy_firm f WHERE f.slug = 'acme'",
    "SET session_replication_role = replica",
    "UPDATE snippets_snippet s SET folder_id = f.ids[1 + s.use_count % 30]"
    " FROM (SELECT array_agg(id) AS ids FROM labels_folder WHERE name LIKE 'Bench%') f WHERE s.key LIKE 'bench-%'",
)


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--snippets", type=int, default=5_000)
    arguments.add_argument("--rounds", type=int, default=40)
    options = arguments.parse_args()
    prepare_template()
    counted, seconds = at_once()
    cluster.clone(cluster.TEMPLATE, DATABASE)
    point_at(DATABASE)
    write_library(options.snippets)
    with cluster.superuser(DATABASE) as root:
        for statement in FOLDERS:
            root.execute(statement)
        root.execute("VACUUM ANALYZE")
    person = Browser()
    person.force_login(User.objects.get(email=PERSON))
    queries = counted_queries(person)
    asked = {
        "the list": "",
        "searched": "?q=fee+annual",
        "by use": "?sort=-use_count",
        "in use": "?state=active",
    }
    rows = [
        timed(name, lambda path=path: person.get(LIST + path), options.rounds) for name, path in asked.items()
    ]
    rows.append(filled(options.rounds))
    show("snippets", ("what", "p50 ms", "p95 ms"), rows, snippets=options.snippets, queries=queries)
    show(
        "snippets_at_once",
        ("at once", "counted", "seconds"),
        [(AT_ONCE, counted, seconds)],
    )
    return int(rows[0][1] > AIM_MS or queries > QUERIES or counted != AT_ONCE)


def counted_queries(person: Browser) -> int:
    """How often the page of the list asks the database."""
    asked: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    person.get(LIST)
    with connection.execute_wrapper(note):
        person.get(LIST)
    return sum(not sql.startswith(Queries.SKIP) for sql in asked)


def timed(name: str, act: Callable[[], object], rounds: int) -> tuple[str, float, float]:
    times = []
    for number in range(rounds + 3):
        begun = time.perf_counter()
        act()
        if number >= 3:
            times.append((time.perf_counter() - begun) * 1000)
    return name, percentile(times, 0.5), percentile(times, 0.95)


def filled(rounds: int) -> tuple[str, float, float]:
    """One snippet, with the version, the client and the firm read from the database each time."""
    with firm_transaction(Firm.objects.get(slug="acme").pk):
        alice, snippet = staff_actor(PERSON), thanks()
        place = Place(channel="email", client_id=carlas_bakery().pk)
        return timed("one filled in", lambda: fill(alice, snippet, values={}, place=place), rounds * 10)


def at_once() -> tuple[int, float]:
    """How many of a hundred insertions at the same moment were counted, and how long they took together."""
    with crowd("bench_snippets") as people:
        snippet, client = people.alone(lambda: (thanks(), carlas_bakery().pk))
        place = Place(channel="email", client_id=client)

        def insert() -> object:
            return insert_snippet(staff_actor("bob@acme.example"), snippet.pk, values={}, place=place)

        begun = time.perf_counter()
        people.at_once(*[insert] * AT_ONCE)
        seconds = time.perf_counter() - begun
        return people.alone(lambda: Snippet.objects.get(pk=snippet.pk).use_count), seconds


if __name__ == "__main__":
    sys.exit(main())
