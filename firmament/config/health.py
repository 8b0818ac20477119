"""What a machine asks about this installation: does it live, is it ready, how does it fare."""

import hmac
from collections.abc import Callable, Iterable
from functools import cache
from ipaddress import ip_address

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from firmament.kernel.jobs.health import lanes, workers_alive
from firmament.kernel.web.entrances import public_page


@require_safe
@never_cache
@public_page("A load balancer asks it; it says only that the process answers.")
def healthz(_request: HttpRequest) -> HttpResponse:
    """Whether this process answers. It asks nothing of the database, whose failure no restart of ours mends."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
@public_page("A load balancer asks it; it says yes or no to three questions about the machine.")
def readyz(_request: HttpRequest) -> HttpResponse:
    """Whether requests may be sent here: 200, or 503 with what is missing."""
    answers = {name: _answer(question) for name, question in QUESTIONS.items()}
    ready = all(answer == "ok" for answer in answers.values())
    return JsonResponse({"ready": ready, **answers}, status=200 if ready else 503)


def _answer(question: Callable[[], str]) -> str:
    try:
        return question()
    except DatabaseError:
        return "the database does not answer"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _migrations() -> str:
    missing = _unapplied()
    if missing:
        return f"{missing} migrations are not applied"
    return "ok"


def _unapplied() -> int:
    """How many migrations this code has that the database lacks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = set(cursor.fetchall())
    return len(_known_migrations() - applied)


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations or ())


def _worker() -> str:
    return "ok" if workers_alive() else "no worker has given a sign of life"


QUESTIONS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "worker": _worker,
}


@require_safe
@never_cache
@public_page("It answers only on this machine, or to the bearer of FIRMAMENT_METRICS_TOKEN.")
def metrics(request: HttpRequest) -> HttpResponse:
    """Measurements in the text format of Prometheus, over all firms together and naming none."""
    if not _may_read_metrics(request):
        raise Http404
    shared, queue = CollectorRegistry(), CollectorRegistry()
    if settings.METRICS_SHARED:
        # `serve` has several processes, and each counts in a file of its own.
        multiprocess.MultiProcessCollector(shared)
    else:
        shared = REGISTRY
    queue.register(QueueCollector())
    return HttpResponse(generate_latest(shared) + generate_latest(queue), content_type=CONTENT_TYPE_LATEST)


def _may_read_metrics(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    try:
        local = ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
    return local and not request.META.get("firmament.proxied")


class QueueCollector:
    """What waits and what runs, read from the queue itself at each look."""

    def collect(self) -> Iterable[Metric]:
        jobs = GaugeMetricFamily("firmament_jobs", "Jobs that are due or at work.", labels=["lane", "state"])
        lag = GaugeMetricFamily("firmament_jobs_lag_seconds", "How long the oldest waits.", labels=["lane"])
        for lane in lanes():
            jobs.add_metric([lane.lane, "waiting"], lane.waiting)
            jobs.add_metric([lane.lane, "running"], lane.running)
            lag.add_metric([lane.lane], lane.lag_seconds)
        workers = GaugeMetricFamily("firmament_workers", "Workers alive.")
        workers.add_metric([], workers_alive())
        return (jobs, lag, workers)
