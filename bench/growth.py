"""Does a firm become slower because others come? 10, 100 and 1,000 firms of 1,000 clients each.

`python -m bench.growth [--firms 10 100 1000] [--clients 1000] [--rounds N]`. One database for each size, asked in turn, so that a
busy moment of the machine falls on all; every request goes to one of ten firms, picked at random. Target: p95 of list, get,
the client's page and the page of the list, which counts what it has, at the largest ≤ 1.2 × that at the smallest.
"""

import argparse
import queue
import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db import connections
from django.test import Client as Browser

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.api import fill
from bench.report import percentile, show
from firmament.kernel.identity.actions import issue_token
from firmament.kernel.identity.founding import found_firm
from firmament.kernel.identity.models import User
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import point_at, prepare_template
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.testing.world import make_user
from firmament.kernel.web import throttles
from firmament.modules.clients.models import Client

ASKED = 10
SEED = 11
FREE = 10**9
REQUESTS = ("list", "get", "page", "list page", "search page")


@dataclass(frozen=True, slots=True)
class Asked:
    """A firm that requests go to."""

    slug: str
    secret: str
    email: str
    clients: tuple[UUID, ...]


@dataclass
class Place:
    """A database of one size, with a thread whose connection stays on it."""

    firms: int
    database: str
    tasks: "queue.Queue[tuple[Callable[[], Any], queue.Queue[Any]]]" = field(default_factory=queue.Queue)
    times: dict[str, list[float]] = field(default_factory=dict)

    def start(self) -> None:
        threading.Thread(target=self._work, daemon=True).start()

    def run(self, task: Callable[[], Any]) -> Any:
        answer: queue.Queue[Any] = queue.Queue()
        self.tasks.put((task, answer))
        result = answer.get(timeout=600)
        if isinstance(result, BaseException):
            raise result
        return result

    def _work(self) -> None:
        mine = connections["default"]
        mine.settings_dict = {**mine.settings_dict, "NAME": self.database, "CONN_MAX_AGE": None}
        while True:
            task, answer = self.tasks.get()
            try:
                answer.put(task())
            except Exception as error:
                answer.put(error)


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--firms", type=int, nargs="+", default=[10, 100, 1000])
    arguments.add_argument("--clients", type=int, default=1000)
    arguments.add_argument("--rounds", type=int, default=300)
    options = arguments.parse_args()
    for name in ("PER_TOKEN", "PER_FIRM"):
        bucket = getattr(throttles, name)
        setattr(throttles, name, replace(bucket, burst=FREE, per_second=float(FREE)))
    asked, places = prepare(options.firms, options.clients)
    measure(asked, places, options.rounds)
    rows = [
        (what, place.firms, percentile(times, 0.5) * 1000, percentile(times, 0.95) * 1000)
        for what in REQUESTS
        for place in places
        for times in [place.times[what]]
    ]
    ratios = {
        what: percentile(places[-1].times[what], 0.95) / percentile(places[0].times[what], 0.95)
        for what in REQUESTS
    }
    show(
        "growth",
        ("request", "firms", "p50 ms", "p95 ms"),
        rows,
        clients=options.clients,
        rounds=options.rounds,
        **{f"{what} p95 largest/smallest": round(ratio, 2) for what, ratio in ratios.items()},
    )
    return 0 if max(ratios.values()) <= 1.2 else 1


def prepare(sizes: list[int], clients: int) -> tuple[list[Asked], list[Place]]:
    """Each size is a copy of the one before, with firms added; the ten that are asked are in all of them."""
    prepare_template()
    source, asked, there = cluster.TEMPLATE, [], 0
    places = []
    for size in sizes:
        database = f"firmament_bench_growth_{size}"
        cluster.clone(source, database)
        point_at(database)
        if not asked:
            asked = [make(n, clients) for n in range(ASKED)]
            there = ASKED
        add_others(database, there, size, clients)
        connections.close_all()
        places.append(Place(size, database))
        source, there = database, size
    for place in places:
        place.start()
    return asked, places


def make(number: int, clients: int) -> Asked:
    """A firm with a person and a token."""
    slug, email = f"asked-{number}", f"admin@asked{number}.example"
    firm = found_firm(name=f"Asked {number}", slug=slug, admin=make_user(f"Admin {number}", email))
    with firm_transaction(firm.pk):
        actor = staff_actor(email)
        fill(firm.pk, clients)
        secret = issue_token(actor, name="Bench", scopes=["clients.*"], expires_at=None)[1]
        some = tuple(Client.objects.order_by("id").values_list("pk", flat=True)[:50])
    return Asked(slug, secret, email, some)


def add_others(database: str, there: int, size: int, clients: int) -> None:
    """Firms that only take up room, by SQL: as many clients as the others, and nobody who signs in."""
    with cluster.superuser(database) as root:
        root.execute(
            "INSERT INTO tenancy_firm (id, name, slug, state, timezone, locale, currency, created_at)"
            " SELECT uuidv7(), 'Other ' || n, 'other-' || n, 'active', 'UTC', 'en', 'EUR', now()"
            " FROM generate_series(%s::int, %s::int) AS n",
            [there + 1, size],
        )
        root.execute(
            "INSERT INTO clients_client (id, firm_id, created_at, updated_at, kind, name, reference, state,"
            " email, phone, vat_id, address_line1, address_line2, postal_code, city, country, notes)"
            " SELECT uuidv7(), f.id, now(), now(), 'organisation', 'Client ' || md5(n::text || f.slug), 'R' || n,"
            " CASE WHEN n %% 2 = 0 THEN 'active' ELSE 'inactive' END, 'office' || n || '@client.example', '', '',"
            " 'Long Street 12', '', '10115', 'Berlin', 'DE', 'Pays on time.'"
            " FROM tenancy_firm f CROSS JOIN generate_series(1, %s::int) AS n"
            " WHERE f.slug LIKE 'other-%%' AND NOT EXISTS (SELECT 1 FROM clients_client c WHERE c.firm_id = f.id)",
            [clients],
        )
        root.execute("VACUUM ANALYZE")


def measure(asked: list[Asked], places: list[Place], rounds: int) -> None:
    dice = random.Random(SEED)
    kits = {place.database: place.run(lambda: {firm.slug: kit(firm) for firm in asked}) for place in places}
    for number in range(rounds + 20):
        firm = dice.choice(asked)
        pk = dice.choice(firm.clients)
        for what in REQUESTS:
            for place in dice.sample(places, len(places)):
                seconds = place.run(timed(kits[place.database][firm.slug], what, firm, pk))
                if number >= 20:
                    place.times.setdefault(what, []).append(seconds)


def kit(firm: Asked) -> tuple[Browser, Browser]:
    """A program and a person of the firm."""
    program = Browser(headers={"Authorization": f"Bearer {firm.secret}"})
    person = Browser()
    person.force_login(User.objects.get(email=firm.email))
    return program, person


def timed(kit: tuple[Browser, Browser], what: str, firm: Asked, pk: UUID) -> Callable[[], float]:
    program, person = kit
    client, url = {
        "list": (program, "/api/v1/clients?state=active&limit=50"),
        "get": (program, f"/api/v1/clients/{pk}"),
        "page": (person, f"/w/{firm.slug}/clients/{pk}/"),
        "list page": (person, f"/w/{firm.slug}/clients/"),
        "search page": (person, f"/w/{firm.slug}/clients/?q=R77"),
    }[what]

    def call() -> float:
        begun = time.perf_counter()
        answer = client.get(url)
        assert answer.status_code == 200, (url, answer.status_code)
        return time.perf_counter() - begun

    return call


if __name__ == "__main__":
    sys.exit(main())
