"""How a view says who may come in. A view that says nothing cannot be routed.

`staff_page`, `portal_page` and `operator_page` declare a power, `operators_desk` asks that it is somebody who runs
the platform, `person_page` asks only that somebody is signed in, and
`public_page` and `vouch` give the reason why nobody is asked at all. The declaration stands on the view as
`view.entrance`; the middleware, the menu, the leak sweep and the system checks read it there.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver

from firmament.kernel.policies.decide import Denied, may
from firmament.kernel.tenancy.actor import Domain

View = Callable[..., HttpResponseBase]
Patterns = Sequence[URLPattern | URLResolver]


class Door(StrEnum):
    """Which entrance a view belongs to."""

    STAFF = "staff"
    PORTAL = "portal"
    API = "api"
    OPERATOR = "operator"
    PERSON = "person"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """What a view declares. `power` is empty only where `reason` says why nobody needs one.

    `personal`: it shows what is a person's own alone, such as their keys and their account.
    """

    door: Door
    power: str = ""
    reason: str = ""
    recorded_read: bool = False
    personal: bool = False


def staff_page(power: str, *, recorded_read: bool = False, personal: bool = False) -> Callable[[View], View]:
    """A page for members of the firm who have `power`; without it they are told so (403).

    `recorded_read` runs GET in a transaction that may write, for views whose reading is itself recorded. Neither such
    a page nor a `personal` one is shown to somebody who looks as the person.
    """
    return _firm_page(Entrance(door=Door.STAFF, power=power, recorded_read=recorded_read, personal=personal))


def portal_page(power: str, *, recorded_read: bool = False, personal: bool = False) -> Callable[[View], View]:
    """A page for people on the client's side who have `power` for at least one client."""
    return _firm_page(Entrance(door=Door.PORTAL, power=power, recorded_read=recorded_read, personal=personal))


def operator_page(power: str) -> Callable[[View], View]:
    """A page for who runs the platform, under `/operate/<firm>/`.

    A power over sessions opens it at any time. Every other one only while a session opens the firm: then each GET is
    written into the firm's ledger first, and the view runs READ ONLY and takes nothing but GET.
    """
    return _firm_page(Entrance(door=Door.OPERATOR, power=power))


def operators_desk(reason: str) -> Callable[[View], View]:
    """A page of those who run the platform, outside any firm. The middleware lets in nobody else."""

    def decorate(view: View) -> View:
        @wraps(view)
        def enter(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if getattr(request, "operator", None) is None:
                # The route stands outside /operate/, where the middleware asks.
                raise Http404
            return view(request, *args, **kwargs)

        return declare(enter, Entrance(door=Door.OPERATOR, reason=_stated(reason)))

    return decorate


def person_page(reason: str) -> Callable[[View], View]:
    """A page of a signed-in person outside any firm, such as the choice of firm."""

    def decorate(view: View) -> View:
        @wraps(view)
        def enter(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            return view(request, *args, **kwargs)

        return declare(enter, Entrance(door=Door.PERSON, reason=_stated(reason)))

    return decorate


def public_page(reason: str) -> Callable[[View], View]:
    """A page that anybody may open, with the reason why."""

    def decorate(view: View) -> View:
        @wraps(view)
        def enter(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return view(request, *args, **kwargs)

        return declare(enter, Entrance(door=Door.PUBLIC, reason=_stated(reason)))

    return decorate


def vouch(patterns: Patterns, reason: str) -> Patterns:
    """Declare views of a library public, all of them, with one reason. Returns the same patterns."""
    for pattern in walk(patterns):
        if entrance_of(pattern.callback) is None:
            declare(pattern.callback, Entrance(door=Door.PUBLIC, reason=_stated(reason)))
    return patterns


def declare(view: View, entrance: Entrance) -> View:
    """Write the declaration on the view."""
    view.entrance = entrance  # type: ignore[attr-defined]  # functions take attributes; mypy knows none
    view.power = entrance.power  # type: ignore[attr-defined]
    return view


def entrance_of(view: Any, method: str = "GET") -> Entrance | None:
    """What the view declares for this method; None where it declares nothing.

    A view that serves several operations (the API) carries `entrances` by method instead.
    """
    by_method: dict[str, Entrance] | None = getattr(view, "entrances", None)
    if by_method is not None:
        return by_method.get("GET" if method == "HEAD" else method)
    entrance: Entrance | None = getattr(view, "entrance", None)
    return entrance


def walk(patterns: Patterns) -> Iterator[URLPattern]:
    """Every leaf of a URLconf."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns)
        else:
            yield pattern


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send somebody unknown to the sign-in page, and back afterwards to the page they wanted."""
    if request.headers.get("HX-Request") == "true":
        # A redirect would be followed by the script and the sign-in page swapped into a fragment.
        return HttpResponse(status=401, headers={"HX-Redirect": str(settings.LOGIN_URL)})
    wanted = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
    return HttpResponseRedirect(f"{settings.LOGIN_URL}?{urlencode({'next': wanted})}")


_DOMAINS = {Door.STAFF: Domain.STAFF, Door.PORTAL: Domain.CLIENT, Door.OPERATOR: Domain.OPERATOR}


def _firm_page(entrance: Entrance) -> Callable[[View], View]:
    if not entrance.power:
        raise ImproperlyConfigured("A firm's page declares a power.")
    domain = _DOMAINS[entrance.door]

    def decorate(view: View) -> View:
        @wraps(view)
        def enter(request: HttpRequest, *, firm: str = "", **kwargs: Any) -> HttpResponseBase:
            actor = getattr(request, "actor", None)
            if actor is None or actor.domain != domain:
                # The route stands outside its door's prefix; the middleware has let nobody in.
                raise Http404
            if not may(actor, entrance.power):
                raise Denied(entrance.power, f"{entrance.power}/entrance")
            return view(request, **kwargs)

        return declare(enter, entrance)

    return decorate


def _stated(reason: str) -> str:
    if not reason.strip():
        raise ImproperlyConfigured("A page without a power gives its reason.")
    return reason
