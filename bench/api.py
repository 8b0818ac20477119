"""Our API beside the same SQL sent by psycopg alone, and beside Django REST framework on the same tables.

`python -m bench.api [--clients N] [--rounds N] [--seconds S]`. In process: one thread, alternated, the whole WSGI stack with
its middleware, token and transaction. "raw": a firm transaction and the endpoint's own main statement, captured from it,
as a prepared statement in a loop; the ratio is against that. Over HTTP: granian, 2 processes, 8 clients that share
the cores with it. Targets: list ≥ 3× DRF, ≤ 3 ms of Python CPU for 50 clients.
"""

import argparse
import gc
import http.client
import io
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import psycopg
from django.conf import settings
from django.db import connection

import bench.ready  # noqa: F401 - before anything that needs settings
from bench.report import percentile, show
from firmament.kernel.identity.actions import issue_token
from firmament.kernel.tenancy.models import Firm, Membership
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster
from firmament.kernel.testing.database import point_at, prepare_template
from firmament.kernel.testing.fixtures import staff_actor

DATABASE = "firmament_bench_api"
LIST = "/api/v1/clients?state=active&limit=50"
DRF_LIST = "/api/v1/drf/clients?state=active"
PORT = 18_431


@dataclass
class Measure:
    """One row of the table: seconds by the wall and of this thread's CPU, per request."""

    name: str
    call: Callable[[], object]
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    queries: int = 0

    def once(self) -> None:
        wall, cpu = time.perf_counter(), time.thread_time()
        self.call()
        self.cpu.append(time.thread_time() - cpu)
        self.wall.append(time.perf_counter() - wall)

    @property
    def median(self) -> float:
        return statistics.median(self.wall)


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--clients", type=int, default=1000)
    arguments.add_argument("--rounds", type=int, default=300)
    arguments.add_argument("--seconds", type=float, default=5)
    options = arguments.parse_args()
    firm_id, secret = prepare(options.clients)
    settings.ROOT_URLCONF = "bench.drf_peer"
    from bench.drf_peer import application_under_load

    caller = Caller(application_under_load(), secret)
    measures = in_process(caller, firm_id, options.rounds)
    report(measures, options)
    over_http(secret, options.seconds)
    by_name = {m.name: m for m in measures}
    ours, theirs = by_name["list: ours"], by_name["list: DRF"]
    good = theirs.median / ours.median >= 3 and statistics.median(ours.cpu) <= 0.003
    return 0 if good else 1


def prepare(clients: int) -> tuple[UUID, str]:
    """A clone whose first firm has that many clients, half of them active, each with an owner."""
    prepare_template()
    cluster.clone(cluster.TEMPLATE, DATABASE)
    point_at(DATABASE)
    # Served, connections come from a pool; without one each request here would make its own.
    connection.settings_dict["CONN_MAX_AGE"] = None
    firm = Firm.objects.get(slug="acme")
    with firm_transaction(firm.pk):
        alice = staff_actor("alice@acme.example")
        _token, secret = issue_token(alice, name="Bench", scopes=["clients.*"], expires_at=None)
        fill(firm.pk, clients)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    with cluster.superuser(DATABASE) as owner:
        owner.execute("ANALYZE")
    return firm.pk, secret


def fill(firm_id: UUID, clients: int) -> None:
    """By SQL, since only their number matters here; run inside the firm's transaction."""
    members = list(Membership.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO clients_client (id, firm_id, created_at, updated_at, kind, name, reference, state, owner_id,"
            " email, phone, vat_id, address_line1, address_line2, postal_code, city, country, notes)"
            " SELECT uuidv7(), %s, now(), now(), 'organisation', 'Client ' || md5(n::text) || ' ' || n, 'R' || n,"
            " CASE WHEN n %% 2 = 0 THEN 'active' ELSE 'inactive' END, (%s::uuid[])[1 + n %% %s],"
            " 'office' || n || '@client.example', '+49 30 1234567', 'DE123456789', 'Long Street 12', '', '10115',"
            " 'Berlin', 'DE', 'Pays on time.' FROM generate_series(1, %s) AS n",
            [firm_id, members, len(members), clients],
        )


class Caller:
    """Calls the WSGI application as a server would, without one."""

    def __init__(self, application: Any, secret: str) -> None:
        self.application = application
        self.secret = secret

    def __call__(self, method: str, url: str, body: bytes = b"") -> bytes:
        path, _, query = url.partition("?")
        status: list[str] = []
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_AUTHORIZATION": f"Bearer {self.secret}",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http",
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.version": (1, 0),
        }
        answer = self.application(environ, lambda line, _headers, _info=None: status.append(line))
        content = b"".join(answer)
        answer.close()
        assert status[0][:2] == "20", (status[0], content[:300])
        return content


def in_process(caller: Caller, firm_id: UUID, rounds: int) -> list[Measure]:
    """All measures in turn, round after round, so that a busy moment of the machine falls on all of them."""
    first = json.loads(caller("GET", LIST))["items"][0]["id"]
    detail, drf_detail = f"/api/v1/clients/{first}", f"/api/v1/drf/clients/{first}"

    def create() -> bytes:
        return caller("POST", "/api/v1/clients", json.dumps({"name": f"New {uuid4()}"}).encode())

    calls: list[tuple[str, Callable[[], object]]] = [
        ("list: ours", lambda: caller("GET", LIST)),
        ("list: DRF", lambda: caller("GET", DRF_LIST)),
        ("get: ours", lambda: caller("GET", detail)),
        ("get: DRF", lambda: caller("GET", drf_detail)),
        ("create: ours", create),
    ]
    same(caller)
    measures = [Measure(name, call) for name, call in calls]
    statements = {m.name: captured(m) for m in measures}
    raw = Raw(firm_id)
    for what in ("list: ours", "get: ours", "create: ours"):
        sql, params = main_statement(statements[what])
        measures.append(Measure(what.replace("ours", "raw"), raw.loop(sql, params)))
    for one in measures:
        for _ in range(20):
            one.call()
    # As `serve` does it before it forks.
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        for one in measures:
            one.once()
    return measures


def same(caller: Caller) -> None:
    """Both lists say the same; else the comparison means nothing."""
    ours = json.loads(caller("GET", LIST))["items"]
    theirs = json.loads(caller("GET", DRF_LIST))["results"]
    assert [one["id"] for one in ours] == [one["id"] for one in theirs]
    assert [sorted(one) for one in ours] == [sorted(one) for one in theirs]
    assert [one["owner"] for one in ours] == [one["owner"] for one in theirs]


def captured(measure: Measure) -> list[tuple[str, Any]]:
    """The statements of one call, with what they were sent with."""
    seen: list[tuple[str, Any]] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append((sql, params))
        return execute(sql, params, many, context)

    measure.call()
    with connection.execute_wrapper(watch):
        measure.call()
    measure.queries = len(seen)
    return seen


def main_statement(statements: list[tuple[str, Any]]) -> tuple[str, Any]:
    """The statement the endpoint exists for: what touches the clients, an insert before a select."""
    about = [s for s in statements if '"clients_client"' in s[0]]
    inserts = [s for s in about if s[0].startswith("INSERT")]
    return (inserts or about)[0]


class Raw:
    """psycopg alone: a firm transaction around one prepared statement."""

    def __init__(self, firm_id: UUID) -> None:
        place = connection.settings_dict
        self.connection = psycopg.connect(
            host=place["HOST"],
            port=place["PORT"],
            dbname=DATABASE,
            user=place["USER"],
            password=place["PASSWORD"],
            autocommit=True,
            prepare_threshold=1,
        )
        self.begin = f"BEGIN;SELECT set_config('app.firm_id','{firm_id}',true)".encode()

    def loop(self, sql: str, params: Any) -> Callable[[], object]:
        inserts = sql.startswith("INSERT")

        def call() -> object:
            values = fresh(params) if inserts else params
            self.connection.pgconn.exec_(self.begin)
            cursor = self.connection.execute(sql, values, prepare=True)
            rows = cursor.fetchall() if cursor.description else []
            self.connection.commit()
            return rows

        return call


def fresh(params: Any) -> list[Any]:
    """The same row with an id of its own; two ids stand in it, the firm's being no version 7 of this minute."""
    new = uuid4()
    ids = [p for p in params if isinstance(p, UUID)]
    own = max(ids, key=lambda one: one.int)
    return [new if p == own else p for p in params]


def report(measures: list[Measure], options: argparse.Namespace) -> None:
    raw = {m.name.partition(":")[0]: m.median for m in measures if m.name.endswith("raw")}
    rows = [
        (
            m.name,
            1 / m.median,
            m.median * 1000,
            percentile(m.wall, 0.95) * 1000,
            statistics.median(m.cpu) * 1000,
            m.queries or 1,
            m.median / raw[m.name.partition(":")[0]],
        )
        for m in sorted(measures, key=lambda m: (m.name.partition(":")[0], m.median))
    ]
    show(
        "api",
        ("endpoint", "requests/s", "p50 ms", "p95 ms", "Python CPU ms", "queries", "times raw"),
        rows,
        clients=options.clients,
        rounds=options.rounds,
        fsync="off",
    )


def over_http(secret: str, seconds: float) -> None:
    source, target = f"/{cluster.TEMPLATE}?", f"/{DATABASE}?"
    environment = {
        k: v.replace(source, target) if k.endswith("DATABASE_URL") else v for k, v in os.environ.items()
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--no-ws"]
    command += ["--port", str(PORT), "--workers", "2", "--blocking-threads", "4", "--log-level", "warning"]
    server = subprocess.Popen([*command, "bench.served:served"], env=environment)
    try:
        wait_until_up(secret)
        rows = []
        for name, url in (("list: ours", LIST), ("list: DRF", DRF_LIST)):
            times = load(url, secret, seconds)
            rows.append(
                (name, len(times) / seconds, percentile(times, 0.5) * 1000, percentile(times, 0.95) * 1000)
            )
        show("api_http", ("endpoint", "requests/s", "p50 ms", "p95 ms"), rows, clients=8, processes=2)
    finally:
        server.terminate()
        server.wait(20)


def wait_until_up(secret: str) -> None:
    for _ in range(150):
        try:
            ask(http.client.HTTPConnection("127.0.0.1", PORT, timeout=10), LIST, secret)
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("granian did not come up")


def ask(link: http.client.HTTPConnection, url: str, secret: str) -> None:
    link.request("GET", url, headers={"Authorization": f"Bearer {secret}"})
    answer = link.getresponse()
    body = answer.read()
    assert answer.status == 200, (answer.status, body[:300])


def load(url: str, secret: str, seconds: float) -> list[float]:
    """Eight clients that ask again as soon as they are answered."""
    times: list[float] = []
    end = time.perf_counter() + seconds

    def one() -> None:
        link = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        while time.perf_counter() < end:
            begun = time.perf_counter()
            ask(link, url, secret)
            times.append(time.perf_counter() - begun)

    clients = [threading.Thread(target=one) for _ in range(8)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return times


if __name__ == "__main__":
    sys.exit(main())
