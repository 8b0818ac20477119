import json
import logging
from ipaddress import ip_network

import pytest
import structlog
from django.test import Client

from firmament.config.logging import CHAIN
from firmament.config.observing import ProxyMiddleware, client_address

pytestmark = pytest.mark.django_db


def test_the_pulse_asks_nothing_of_the_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = Client().get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_it_is_not_ready_without_a_worker_and_says_so():
    answer = Client().get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "database": "ok",
        "migrations": "ok",
        "worker": "no worker has given a sign of life",
    }


def test_measurements_are_for_this_machine_and_for_the_bearer_of_the_token(settings):
    settings.METRICS_TOKEN = "let-me-read"

    assert "firmament_workers 0.0" in Client().get("/metrics").content.decode()
    assert Client(REMOTE_ADDR="192.0.2.7").get("/metrics").status_code == 404
    assert Client(HTTP_X_FORWARDED_FOR="192.0.2.7").get("/metrics").status_code == 404
    stranger = Client(REMOTE_ADDR="192.0.2.7", HTTP_AUTHORIZATION="Bearer let-me-guess")
    assert stranger.get("/metrics").status_code == 404
    reader = Client(REMOTE_ADDR="192.0.2.7", HTTP_AUTHORIZATION="Bearer let-me-read")
    assert b"firmament_jobs_lag_seconds" in reader.get("/metrics").content


def test_pages_are_told_to_run_nothing_from_elsewhere():
    headers = Client().get("/healthz").headers

    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "frame-ancestors": "'none'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "object-src": "'none'",
    }
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, 10.0.0.3", "203.0.113.9"),
        ("2001:db8::7", "2001:db8::7"),
        ("nonsense", "10.0.0.2"),
        ("", "10.0.0.2"),
    ],
)
def test_behind_our_proxies_the_client_is_the_last_address_that_is_none_of_them(settings, forwarded, client):
    settings.TRUSTED_PROXIES = networks("10.0.0.0/8")

    assert client_address(forwarded, "10.0.0.2") == client


def test_forwarded_headers_of_a_stranger_are_not_believed(settings, seen_by_view):
    settings.TRUSTED_PROXIES = networks("10.0.0.0/8")

    stranger = seen_by_view(
        REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="8.8.8.8", HTTP_X_FORWARDED_PROTO="https"
    )
    proxied = seen_by_view(
        REMOTE_ADDR="10.0.0.2", HTTP_X_FORWARDED_FOR="8.8.8.8", HTTP_X_FORWARDED_PROTO="https"
    )

    assert (stranger.META["REMOTE_ADDR"], stranger.is_secure()) == ("192.0.2.1", False)
    assert (proxied.META["REMOTE_ADDR"], proxied.is_secure()) == ("8.8.8.8", True)


def test_each_request_leaves_one_line_with_its_route_and_never_its_path(caplog):
    with caplog.at_level(logging.INFO, logger="firmament.request"):
        Client().get("/accounts/login/?next=/secret")

    (record,) = caplog.records
    assert (record.route, record.status, record.method) == ("account_login", 200, "GET")
    assert "secret" not in json.dumps(record.__dict__, default=str)


def test_what_the_database_quotes_from_rows_stays_out_of_the_log():
    line = formatted("insert failed\nDETAIL:  Key (email)=(carla@acme.example) already exists.\nat the end")

    assert "carla" not in line["event"]
    assert line["event"].endswith("at the end")


def formatted(message: str) -> dict[str, object]:
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=CHAIN,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )
    record = logging.LogRecord("firmament.x", logging.ERROR, __file__, 1, message, (), None)
    return json.loads(formatter.format(record))


def networks(*texts: str):
    return tuple(ip_network(text) for text in texts)


@pytest.fixture
def seen_by_view(rf):
    """The request as it is behind the proxy middleware."""

    def send(**meta: str):
        request = rf.get("/", **meta)
        ProxyMiddleware(lambda request: None)(request)
        return request

    return send
