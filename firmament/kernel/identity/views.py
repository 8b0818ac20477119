"""Sign-in's own pages: invitations, sessions, and the change of an address."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_required
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firmament.kernel.identity import account
from firmament.kernel.identity.acceptance import AlreadySpent, Fate, NewPerson, Offer, accept, look_up
from firmament.kernel.identity.adapter import welcome
from firmament.kernel.identity.forms import AcceptForm, NewAddressForm
from firmament.kernel.identity.links import read_new_address
from firmament.kernel.identity.models import User
from firmament.kernel.identity.session_list import sessions_of
from firmament.kernel.identity.shell import account_shell, notice
from firmament.kernel.identity.throttle import count
from firmament.kernel.identity.tokens import digest

View = Callable[..., HttpResponseBase]

# The invitation somebody is about to accept, between opening its link and signing in; a hash, not the token.
PENDING = "invitation"
# The address of some of these pages is a key, so it is told to nobody. Not `no-referrer`: browsers then send
# `Origin: null` with the form, which the CSRF check rightly refuses (Fetch standard, "append a request Origin header").
REFERRER_POLICY = "strict-origin"
STATUS = {Fate.OPEN: 200, Fate.UNKNOWN: 404}


def _page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
    offer: Offer | None = None,
) -> HttpResponse:
    shell = account_shell(request, firm=offer.firm.name if offer and offer.firm else "")
    response = render(request, template, {**context, "shell": shell}, status=status)
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["Referrer-Policy"] = REFERRER_POLICY
    return response


def dressed(view: View) -> View:
    """A page of allauth in our layout; an invalid form is 422, as everywhere."""

    @wraps(view)
    def enter(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code == 429:
            return _page(request, "ui/errors/429.html", {}, status=429)
        if isinstance(response, TemplateResponse):
            response.context_data = {**(response.context_data or {}), "shell": account_shell(request)}
            form = response.context_data.get("form")
            if request.method == "POST" and form is not None and form.errors:
                response.status_code = 422
        response.headers["Cache-Control"] = "no-store, private"
        response.headers["Referrer-Policy"] = REFERRER_POLICY
        return response

    return enter


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str = "") -> HttpResponseBase:
    """Opening the link shows what is offered and spends nothing: mail scanners open links. The POST accepts."""
    hash = digest(token) if token else request.session.get(PENDING, "")
    offer = look_up(hash)
    if offer.fate != Fate.OPEN:
        request.session.pop(PENDING, None)
        return _ended(request, offer)
    if offer.has_account:
        return _accept_as_user(request, offer)
    form = AcceptForm(request.POST or None, email=offer.email, initial={"name": offer.name})
    if request.method == "POST" and form.is_valid():
        person = NewPerson(name=form.cleaned_data["name"], password=form.cleaned_data["password"])
        return _accept(request, offer, person)
    return _page(
        request,
        "identity/invitation.html",
        {"offer": offer, "form": form},
        status=422 if form.errors else 200,
        offer=offer,
    )


def _accept_as_user(request: HttpRequest, offer: Offer) -> HttpResponseBase:
    user = request.user
    mine = user.is_authenticated and user.email == offer.email
    if mine and request.method == "POST":
        assert isinstance(user, User)
        return _accept(request, offer, user)
    if not mine:
        request.session[PENDING] = offer.hash
    return _page(request, "identity/invitation_user.html", {"offer": offer, "mine": mine}, offer=offer)


def _accept(request: HttpRequest, offer: Offer, person: User | NewPerson) -> HttpResponseBase:
    assert offer.firm is not None
    try:
        user = accept(offer, person)
    except AlreadySpent:
        return _ended(request, look_up(offer.hash))
    except ValidationError as error:
        context = {"offer": offer, "problem": " ".join(error.messages)}
        return _page(request, "identity/invitation_refused.html", context, status=409, offer=offer)
    response = redirect(f"/{'w' if offer.staff else 'portal'}/{offer.firm.slug}/")
    if request.user.pk != user.pk:
        get_adapter().login(request, user)
        welcome(request, response, user)
    else:
        # They may do more from now on, and whoever knew the old session may not.
        request.session.cycle_key()
    request.session.pop(PENDING, None)
    return response


def _ended(request: HttpRequest, offer: Offer) -> HttpResponse:
    status = STATUS.get(offer.fate, 410)
    return _page(
        request,
        "identity/invitation_ended.html",
        {"offer": offer, "fate": offer.fate.value},
        status=status,
        offer=offer,
    )


@require_safe
@login_required
def sessions(request: HttpRequest) -> HttpResponse:
    """Where the person is signed in."""
    user = _person(request)
    listed = sessions_of(user, current_key=request.session.session_key)
    others = any(not session.current for session in listed)
    return _page(request, "identity/sessions.html", {"sessions": listed, "others": others})


@require_POST
@login_required
def end_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Sign one other browser out."""
    if account.end_session(_person(request), session_id, current_key=request.session.session_key):
        notice(request, _("That browser has been signed out."))
    return redirect("identity_sessions")


@require_POST
@login_required
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign every other browser out."""
    if account.end_other_sessions(_person(request), current_key=request.session.session_key):
        notice(request, _("All other browsers have been signed out."))
    return redirect("identity_sessions")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_address(request: HttpRequest) -> HttpResponse:
    """Ask for a change of address; a link to the new one confirms it."""
    user = _person(request)
    form = NewAddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        attempts = count(request, user.email)
        if attempts is None:
            form.add_error("password", _("Too many attempts. Wait a few minutes."))
        elif not check_password(form.cleaned_data["password"], user.password):
            form.add_error("password", _("This is not your password."))
        else:
            attempts.take_back()
            account.ask_for_new_address(user, form.cleaned_data["email"])
            return _page(request, "identity/new_address_asked.html", {"email": form.cleaned_data["email"]})
    status = 422 if form.errors else 200
    return _page(request, "identity/new_address.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_address(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link asks; the POST changes the address."""
    change = read_new_address(token)
    if request.method == "POST":
        user = account.confirm_new_address(token)
        if user is not None:
            return _page(request, "identity/new_address_done.html", {"email": user.email})
        change = None
    before = User.objects.filter(pk=change[0], email=change[1]).exists() if change else False
    if change is None or not before:
        return _page(request, "identity/new_address_ended.html", {}, status=410)
    return _page(request, "identity/new_address_confirm.html", {"email": change[2]})


def to_the_start(request: HttpRequest) -> HttpResponse:
    """`/accounts/` by itself."""
    return HttpResponseRedirect("/")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
