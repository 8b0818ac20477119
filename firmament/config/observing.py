"""What is known about a request from outside it: who really sent it, how long it took, how it ended."""

import logging
import time
from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from prometheus_client import Counter, Histogram

Handler = Callable[[HttpRequest], HttpResponseBase]

log = logging.getLogger("firmament.request")

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED")
# Nobody wants a line for each look at the pulse.
UNLOGGED = frozenset({"healthz", "readyz", "metrics"})

REQUESTS = Counter("firmament_requests", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "firmament_request_seconds",
    "Time to answer, in seconds.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


class ProxyMiddleware:
    """Believes what a proxy says of the client only if the proxy is one of ours.

    From a trusted one the client's address and scheme are taken from X-Forwarded-For and X-Forwarded-Proto;
    from anybody else these headers are removed, or a stranger could choose the address that throttles count.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        sender = request.META.get("REMOTE_ADDR", "")
        if trusted(sender):
            request.META["REMOTE_ADDR"] = client_address(request.META.get("HTTP_X_FORWARDED_FOR", ""), sender)
            if request.META.get("HTTP_X_FORWARDED_PROTO") in ("http", "https"):
                request.META["wsgi.url_scheme"] = request.META["HTTP_X_FORWARDED_PROTO"]
            request.META["firmament.proxied"] = "HTTP_X_FORWARDED_FOR" in request.META
        else:
            # The metrics page must not take a proxy nobody told us of for a reader on this machine.
            request.META["firmament.proxied"] = any(name in request.META for name in FORWARDED)
            for name in FORWARDED:
                request.META.pop(name, None)
        return self.get_response(request)


def trusted(address: str) -> bool:
    """Whether the address is one of FIRMAMENT_TRUSTED_PROXIES."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in settings.TRUSTED_PROXIES)


def client_address(forwarded: str, sender: str) -> str:
    """The last address of the chain that is not a proxy of ours; what stands before it may be invented."""
    client = sender
    for part in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        try:
            client = str(ip_address(part))
        except ValueError:
            break
        if not trusted(client):
            break
    return client


class ObserveMiddleware:
    """One log line and two measurements for each request, by the route's name: a path may hold a secret."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - began
        match = request.resolver_match
        route = (match.view_name or match.route) if match else "-"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(method, route, response.status_code).inc()
        SECONDS.labels(route).observe(seconds)
        if route not in UNLOGGED:
            known = {"method": method, "route": route, "status": response.status_code}
            log.info("request", extra={**known, "milliseconds": round(seconds * 1000, 1)})
        return response


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
