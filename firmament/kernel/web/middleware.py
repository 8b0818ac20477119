"""One request, one firm, one transaction.

The firm comes from the path and the person (pages) or from the token (API). The view runs in one firm
transaction: read-only for GET and HEAD unless it is a recorded read, rolled back on every status ≥ 400. By
then an exception has already become a response, so leaving the block normally would commit a crashed view.
Sessions, throttles and a token's last use are written outside of it.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar
from uuid import UUID

import structlog
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import translation

from firmament.kernel.identity.look_session import Looking, looking_in, session_id_of
from firmament.kernel.identity.looking import LookOver, enter_look
from firmament.kernel.identity.models import Look, User
from firmament.kernel.identity.people import actor_for
from firmament.kernel.identity.tokens import authenticate_token, find_token
from firmament.kernel.ledger.events import Event
from firmament.kernel.ledger.kernel_events import PowerDenied, RequestFailed
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import Denied
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, FirmAccess
from firmament.kernel.tenancy.transaction import firm_transaction, transaction_cache
from firmament.kernel.web.accounts import account_of, choose, names_one, narrowed, opened_anew
from firmament.kernel.web.entrances import Door, Entrance, entrance_of, to_sign_in
from firmament.kernel.web.errors import error_page, failure_status
from firmament.kernel.web.looking import (
    UNWATCHED,
    bar_of,
    elsewhere,
    nothing_done,
    over,
    refused,
    written_down,
)
from firmament.kernel.web.operating import Refused, admit, operator_at
from firmament.kernel.web.problems import problem
from firmament.kernel.web.questions import why_address
from firmament.kernel.web.requests import as_reader
from firmament.kernel.web.throttles import take_token
from firmament.kernel.web.toasts import toast, unsaid

log = logging.getLogger(__name__)

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PAGES = re.compile(r"^/(?P<door>w|portal)/(?P<slug>[-a-zA-Z0-9_]+)/")
_API = "/api/v1/"
_OPERATE = "/operate/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request that found its firm: where it goes and how its transaction is to be opened."""

    firm: Firm
    entrance: Entrance
    enter: Callable[[], Actor | None]
    time_zone: str
    locale: str
    # A look as somebody else, or an operator's into a firm, which is written down beforehand: nothing can be written in it.
    read_only: bool = False


class FirmMiddleware:
    """Stands innermost, so that everything the view does, its rendering included, is inside."""

    sync_capable: ClassVar[bool] = True
    async_capable: ClassVar[bool] = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(_API):
            return self._api(request)
        if request.path_info.startswith(_OPERATE):
            return self._operate(request)
        page = _PAGES.match(request.path_info)
        looking = None if request.path_info.startswith(UNWATCHED) else looking_in(request)
        if looking is not None:
            request.notices = (bar_of(looking),)  # type: ignore[attr-defined]
            if page is None or not request.path_info.startswith(looking.home):
                return elsewhere(request, looking) or self.get_response(request)
        if page is not None:
            door = Door.STAFF if page["door"] == "w" else Door.PORTAL
            return self._page(request, door, page["slug"], looking)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Turn a refusal into its answer, and remember what else went wrong for the handler and the ledger."""
        if isinstance(exception, Denied):
            note_denied(request, exception)
            if exception.looking:
                return nothing_done(request)
            actor: Actor | None = getattr(request, "actor", None)
            return error_page(request, 403, why_url=why_address(actor, exception.power) if actor else "")
        request.failure_status = failure_status(exception)  # type: ignore[attr-defined]
        return None

    def _page(self, request: HttpRequest, door: Door, slug: str, looking: Looking | None) -> HttpResponseBase:
        match = _resolve(request)
        if match is None:
            return error_page(request, 404)
        entrance = _declared(match, request)
        if entrance.door not in (door, Door.PERSON):
            return error_page(request, 404)
        user = request.user
        if not user.is_authenticated:
            return to_sign_in(request)
        accesses = list(FirmAccess.objects.filter(user=user.pk).select_related("firm").order_by("firm__name"))
        domain = FirmAccess.Domain.STAFF if door == Door.STAFF else FirmAccess.Domain.CLIENT
        # Whoever looks as a client's person comes in as the staff they are.
        entering = domain if looking is None else FirmAccess.Domain.STAFF
        firm = next((a.firm for a in accesses if a.domain == entering and a.firm.slug == slug), None)
        if firm is None or firm.state == Firm.State.CANCELED:
            return error_page(request, 404)
        if looking is not None:
            return self._looked_at(request, user, looking, firm, entrance)
        request.accesses = accesses  # type: ignore[attr-defined]  # for the firm switcher
        visit = Visit(
            firm=firm,
            entrance=entrance,
            enter=lambda: narrowed(request, actor_for(user, domain)),
            time_zone=user.timezone or firm.timezone,
            locale=user.locale or firm.locale,
        )
        return self._run(request, visit)

    def _looked_at(
        self, request: HttpRequest, user: User, looking: Looking, firm: Firm, entrance: Entrance
    ) -> HttpResponseBase:
        """The page as the other person gets it, for whoever only looks, and then the word of it in the ledger."""
        refusal = refused(request, entrance)
        person = User.objects.filter(pk=looking.person_id).first()
        if refusal is not None or person is None:
            return refusal or over(request, user, looking, Look.How.GONE)
        begun: list[Look] = []

        def enter() -> Actor:
            look, actor = enter_look(
                looking.look_id, looker=user, person=person, session_id=session_id_of(request)
            )
            begun.append(look)
            return actor

        visit = Visit(
            firm=firm,
            entrance=entrance,
            enter=enter,
            time_zone=person.timezone or firm.timezone,
            locale=person.locale or firm.locale,
            read_only=True,
        )
        # The firms they may enter besides this one are nobody else's business.
        domain = FirmAccess.Domain.STAFF if looking.staff else FirmAccess.Domain.CLIENT
        request.accesses = [FirmAccess(user=person, firm=firm, domain=domain)]  # type: ignore[attr-defined]
        request.user = person
        try:
            response = self._run(request, visit)
        except LookOver as ended:
            return over(request, user, looking, ended.how)
        finally:
            request.user = user
        return written_down(request, response, begun[0], request.actor) if begun else response  # type: ignore[attr-defined]

    def _api(self, request: HttpRequest) -> HttpResponseBase:
        match = _resolve(request)
        if match is None:
            return error_page(request, 404)
        allowed = getattr(match.func, "entrances", None)
        entrance = entrance_of(match.func, request.method or "")
        if entrance is None and allowed:
            allow = ", ".join(sorted({*allowed, "HEAD"} if "GET" in allowed else allowed))
            return problem(request, 405, "method_not_allowed", headers={"Allow": allow})
        if _declared(match, request).door == Door.PUBLIC:
            return self.get_response(request)
        assert entrance is not None
        token = find_token(request.headers.get("Authorization", ""))
        if token is None or token.firm.state == Firm.State.CANCELED:
            return _unauthorized(request)
        verdict = take_token(token.hash, token.firm.pk)
        if not verdict.allowed:
            return problem(request, 429, "too_many_requests", headers=verdict.headers())
        visit = Visit(
            firm=token.firm,
            entrance=entrance,
            enter=lambda: authenticate_token(token),
            time_zone="UTC",
            locale="en",
        )
        response = _headless(request, lambda: self._run(request, visit))
        for name, value in verdict.headers().items():
            response.headers[name] = value
        return response

    def _operate(self, request: HttpRequest) -> HttpResponseBase:
        """The pages of who runs the platform; to everybody else there are none."""
        match = _resolve(request)
        if match is None or not request.user.is_authenticated:
            return error_page(request, 404) if match is None else to_sign_in(request)
        entrance = _declared(match, request)
        operator = operator_at(request)
        if entrance.door != Door.OPERATOR or operator is None:
            return error_page(request, 404)
        user = operator.user
        if not entrance.power:
            with as_reader(user.timezone, user.locale):
                return self.get_response(request)
        firm = Firm.objects.filter(slug=match.kwargs.get("firm", "")).first()
        if firm is None or firm.state == Firm.State.CANCELED:
            return error_page(request, 404)
        try:
            read_only = admit(request, operator, firm, entrance, match.view_name)
        except Refused as refused:
            return refused.response
        visit = Visit(
            firm=firm,
            entrance=entrance,
            enter=lambda: Actor.of_operator(user),
            time_zone=user.timezone or "UTC",
            locale=user.locale or "en",
            read_only=read_only,
        )
        return self._run(request, visit)

    def _run(self, request: HttpRequest, visit: Visit) -> HttpResponseBase:
        """The view, in its transaction; afterwards, outside of it, what must be recorded even so."""
        # Why an operator looked in is written down in a suspended firm too.
        suspended = visit.firm.state == Firm.State.SUSPENDED and visit.entrance.door != Door.OPERATOR
        if suspended and request.method not in SAFE:
            return _suspended(request, visit.firm)
        try:
            response = self._inside(request, visit)
            if response.status_code in (403, 404):
                response = self._in_another_account(request, visit, response)
        except IntegrityError:
            # Foreign keys are checked at the commit: what was pointed at has gone meanwhile.
            log.exception("The commit was refused")
            response = error_page(request, 409)
        except DatabaseError as error:
            log.exception("The transaction could not end")
            response = error_page(request, failure_status(error))
        _record_afterwards(request, visit.firm.pk, response.status_code)
        return response

    def _in_another_account(
        self, request: HttpRequest, visit: Visit, refused: HttpResponseBase
    ) -> HttpResponseBase:
        """What the person's other clients answer, where the one they look at has no such thing.

        At most three times is the page asked again, however many clients there are: for all of them, for the one it
        belongs to, and at the new address.
        A page opened anew, as from a letter, goes on to the client it belongs to and says so. What comes from a
        page that stood open meanwhile is answered for all of them, or their work would be lost; the choice stays.
        """
        actor: Actor | None = getattr(request, "actor", None)
        if actor is None or actor.client_id is None or not names_one(request.path_info):
            return refused
        request.denied = None  # type: ignore[attr-defined]  # asked again without the choice
        if not opened_anew(request):
            return self._inside(request, _as_account(visit, actor, None))
        with unsaid(request):
            found = self._inside(request, _as_account(visit, actor, None), keep=False)
            if found.status_code >= 400:
                return found
            with firm_transaction(visit.firm.pk, read_only=True):
                owner = account_of(request.path_info, actor)
            opens = owner is not None and self._opens(request, visit, actor, owner.id)
        if owner is None or not opens:
            return self._inside(request, _as_account(visit, actor, None))
        choose(request, visit.firm.pk, owner.id)
        with as_reader(visit.time_zone, visit.locale):
            toast(request, translation.gettext("You now see “%(name)s”.") % {"name": owner.name}, tone="info")
        return HttpResponseRedirect(request.get_full_path())

    def _opens(self, request: HttpRequest, visit: Visit, actor: Actor, client_id: UUID) -> bool:
        answer = self._inside(request, _as_account(visit, actor, client_id), keep=False)
        return answer.status_code < 400

    def _inside(self, request: HttpRequest, visit: Visit, *, keep: bool = True) -> HttpResponseBase:
        firm = visit.firm
        request.firm = firm  # type: ignore[attr-defined]
        read_only = visit.read_only or (request.method in SAFE and not visit.entrance.recorded_read)
        with firm_transaction(firm.pk, read_only=read_only), as_reader(visit.time_zone, visit.locale):
            transaction_cache()[Firm] = firm
            actor = visit.enter()
            if actor is None:
                return _unauthorized(request) if visit.entrance.door == Door.API else error_page(request, 404)
            request.actor = actor  # type: ignore[attr-defined]
            structlog.contextvars.bind_contextvars(firm=firm.slug, user=str(actor.user_id))
            response = self.get_response(request)
            if response.streaming:
                # It would be read after the transaction has ended: large files leave by signed link.
                raise ImproperlyConfigured("A firm's page cannot stream its response.")
            if response.status_code >= 400 or not keep:
                transaction.set_rollback(True)
            return response


def _as_account(visit: Visit, actor: Actor, client_id: UUID | None) -> Visit:
    """The same visit by the same person, looking at one client, or at all of them."""
    return replace(visit, enter=lambda: replace(actor, client_id=client_id))


def note_denied(request: HttpRequest, denied: Denied) -> None:
    """Keep a refusal until the transaction has been rolled back; it is recorded then."""
    request.denied = denied  # type: ignore[attr-defined]


def _headless(request: HttpRequest, run: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """HEAD as GET without the body: an operation knows its GET only."""
    if request.method != "HEAD":
        return run()
    request.method = "GET"
    response = run()
    assert isinstance(response, HttpResponse)
    response.headers["Content-Length"] = str(len(response.content))
    response.content = b""
    return response


def _record_afterwards(request: HttpRequest, firm_id: UUID, status: int) -> None:
    actor: Actor | None = getattr(request, "actor", None)
    denied: Denied | None = getattr(request, "denied", None)
    event: Event | None = None
    if denied is not None and denied.sensitive:
        event = PowerDenied(power=denied.power, rule=denied.rule_id, path=request.path_info[:200])
    elif status >= 500:
        event = RequestFailed(path=request.path_info[:200], status=status)
    if event is None or actor is None:
        return
    try:
        with firm_transaction(firm_id):
            # What is refused to somebody who only looks as another is refused to them.
            record(actor.looker or actor, event)
    except DatabaseError:
        # The database may be what failed; the answer must still leave, and the log has it.
        log.exception("A refusal or failure could not be recorded")


def _resolve(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info, getattr(request, "urlconf", None))
    except Resolver404:
        return None


def _declared(match: ResolverMatch, request: HttpRequest) -> Entrance:
    entrance = entrance_of(match.func, request.method or "")
    if entrance is None:
        raise ImproperlyConfigured(f"{match.view_name or match.route} declares no entrance.")
    return entrance


def _unauthorized(request: HttpRequest) -> HttpResponse:
    return problem(
        request,
        401,
        "token_invalid",
        "Send a token that is known, not expired and not revoked: Authorization: Bearer fmt_…",
        headers={"WWW-Authenticate": 'Bearer realm="firmament", error="invalid_token"'},
    )


def _suspended(request: HttpRequest, firm: Firm) -> HttpResponse:
    request.firm = firm  # type: ignore[attr-defined]
    return error_page(
        request,
        403,
        title=translation.gettext("This firm is suspended"),
        text=translation.gettext(
            "Everything can be read and nothing can be changed until it is active again."
        ),
    )
