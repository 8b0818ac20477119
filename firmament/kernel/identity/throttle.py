"""Slowing down guesses at a password without letting a stranger lock anybody out.

Whoever has signed in from a browser before carries a signed cookie that says so ("device cookie", OWASP). Attempts
with it are counted apart from everybody else's, so an attack on an address slows down the attack and not its
owner. Attempts are counted the same for addresses that nobody here has.
"""

import hashlib
import secrets
from typing import Any

from allauth.core.internal import ratelimit
from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from firmament.kernel.identity.origin import ip_prefix

COOKIE = "known"
SALT = "identity.known"
COOKIE_AGE = 180 * 24 * 60 * 60
PEOPLE_PER_BROWSER = 5

KNOWN_BROWSER = {"sign_in": "10/5m/key"}
# By place and address together; by address from all places; and by place.
STRANGERS: tuple[dict[str, str], ...] = (
    {"sign_in_pair": "5/5m/key"},
    {"sign_in_account": "10/m/key"},
    {"sign_in_place": "30/m/key"},
)


class Attempts:
    """The counts one attempt was entered in, so that a success can take it back."""

    def __init__(self) -> None:
        self._usages: list[Any] = []

    def enter(self, request: HttpRequest, config: dict[str, str], key: str) -> bool:
        """Count it; False when there have been too many."""
        action = next(iter(config))
        usage = ratelimit.consume(request, app="identity", action=action, config=config, key=key)
        if usage:
            self._usages.append(usage)
        return bool(usage)

    def take_back(self) -> None:
        """A success is no guess."""
        for usage in self._usages:
            usage.rollback()


def count(request: HttpRequest, email: str) -> Attempts | None:
    """Count an attempt to sign in as `email`; None when it must not be made."""
    attempts = Attempts()
    address = email.strip().lower()
    device = known_browser(request, address)
    if device:
        return attempts if attempts.enter(request, KNOWN_BROWSER, f"{device}:{address}") else None
    place = ip_prefix(request)
    for config, key in zip(STRANGERS, (f"{place}:{address}", address, place), strict=True):
        if not attempts.enter(request, config, key):
            return None
    return attempts


def known_browser(request: HttpRequest, address: str) -> str:
    """The browser's own number if the owner of this address has signed in from it; else empty."""
    known = _read(request)
    return str(known["device"]) if _mark(address) in known["people"] else ""


def remember_browser(request: HttpRequest, response: HttpResponseBase, address: str) -> None:
    """From now on this browser is known for the owner of this address."""
    known = _read(request)
    mark = _mark(address.lower())
    people = [mark, *(other for other in known["people"] if other != mark)][:PEOPLE_PER_BROWSER]
    response.set_cookie(
        COOKIE,
        signing.dumps({"device": known["device"], "people": people}, salt=SALT),
        max_age=COOKIE_AGE,
        path="/accounts/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        known = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=COOKIE_AGE)
        return {"device": str(known["device"]), "people": list(known["people"])}
    except (signing.BadSignature, KeyError, TypeError):
        return {"device": secrets.token_urlsafe(12), "people": []}


def _mark(address: str) -> str:
    """The cookie may be read on a shared computer, so it does not spell addresses out."""
    return hashlib.sha256(f"{settings.SECRET_KEY}:{address}".encode()).hexdigest()[:16]
