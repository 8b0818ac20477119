"""What people see when something is not as it should be.

These pages ask the database nothing: they are also drawn when it is the database that failed, or inside a
transaction that is already broken.
"""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from firmament.kernel.tenancy.actor import Domain
from firmament.kernel.web.problems import problem
from firmament.kernel.web.request_ids import request_id_of
from firmament.kernel.web.requests import notices_of
from firmament.ui.shell import Brand, Face, Shell

API_PREFIX = "/api/"

Text = str | Promise


# The code of a problem document for each status that the house itself answers with.
_CODES: dict[int, str] = {
    400: "bad_request",
    403: "denied",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    422: "invalid",
    500: "internal_error",
    503: "unavailable",
}
# Statuses that have a page in `ui`; the rest is drawn from words below.
_DRAWN = frozenset({400, 403, 404, 413, 429, 500, 503})
_WORDS: dict[int, tuple[Text, Text]] = {
    405: (
        gettext_lazy("That cannot be done here"),
        gettext_lazy("This page does not take that kind of request. Nothing was changed."),
    ),
    409: (
        gettext_lazy("Somebody was faster"),
        gettext_lazy(
            "What you worked on changed meanwhile, so nothing was saved. Reload the page and look again."
        ),
    ),
    422: (
        gettext_lazy("Some values were not accepted"),
        gettext_lazy("Nothing was changed. Go back and correct what is marked."),
    ),
}


def error_page(
    request: HttpRequest,
    status: int,
    *,
    title: Text | None = None,
    text: Text | None = None,
    why_url: str = "",
) -> HttpResponse:
    """The page, or for a script the fragment, or for a program the problem document, of an error.

    `title` and `text` stand in for the usual words where there is more to say; `why_url` leads to the reason of a refusal.
    """
    headers = {"Retry-After": "5"} if status == 503 else {}
    if request.path_info.startswith(API_PREFIX):
        return problem(request, status, _CODES.get(status, _CODES[500]), headers=headers)
    words = _WORDS.get(status, ("", ""))
    own_words = title is not None or text is not None or status not in _DRAWN
    context = {
        "shell": _shell(request),
        "request": request,
        "request_id": request_id_of(request),
        # The bar above the page may have a button; nothing else here is sent.
        "csrf_token": get_token(request) if notices_of(request) else "",
        "title": title or words[0],
        "text": text or words[1],
        "why_url": why_url,
    }
    name = "web/error.html" if own_words else f"ui/errors/{status}.html"
    if request.headers.get("HX-Request") == "true":
        name += "#fragment"
    response = HttpResponse(render_to_string(name, context), status=status)
    response.headers["Cache-Control"] = "no-store"
    for header, value in headers.items():
        response.headers[header] = value
    return response


def _shell(request: HttpRequest) -> Shell:
    firm = getattr(request, "firm", None)
    actor = getattr(request, "actor", None)
    person = getattr(request, "_cached_user", None)
    home = "/"
    if firm is not None and actor is not None:
        doors = {Domain.CLIENT: f"/portal/{firm.slug}/", Domain.OPERATOR: "/operate/"}
        home = doors.get(actor.domain, f"/w/{firm.slug}/")
    return Shell(
        face=Face.PUBLIC,
        brand=Brand(name=firm.name, own=True) if firm is not None else Brand(),
        home_url=home,
        notices=notices_of(request),
        theme=getattr(person, "theme", "auto"),
        language=get_language() or "en",
        request_id=request_id_of(request),
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400; a body beyond the limits is a 413."""
    too_large = isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent))
    return error_page(request, 413 if too_large else 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403."""
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404. Says the same of what is missing and of what is somebody else's."""
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500; a database that is away or too busy is a 503."""
    return error_page(request, getattr(request, "failure_status", 500))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: nearly always a page left open over a sign-out."""
    return error_page(
        request,
        403,
        title=_("This page has grown old"),
        text=_("For your safety we did not take it. Go back, reload the page and send it again."),
    )


def failure_status(exception: Exception) -> int:
    """503 for what may heal by itself (no connection, a deadlock, a statement cut off), 500 otherwise."""
    return 503 if isinstance(exception, (OperationalError, InterfaceError)) else 500
