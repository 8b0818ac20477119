"""A request of somebody who looks as somebody else: what is refused, what stands above every page, what is written down.

Nothing rests on this alone: the actor itself can do nothing but read (`decide.require`), and the transaction is read-only.
"""

import logging

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from firmament.kernel.identity.look_session import Looking, stop
from firmament.kernel.identity.looking import note_page
from firmament.kernel.identity.models import Look, User
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.web.entrances import Entrance
from firmament.kernel.web.errors import error_page
from firmament.kernel.web.toasts import toast
from firmament.ui.shell import Notice

log = logging.getLogger(__name__)

STOP = "looking_stop"
SIGN_OUT = "account_logout"
# Asked without a session, by machines.
UNWATCHED = ("/static/", "/healthz", "/readyz", "/metrics")
READING = frozenset({"GET", "HEAD", "OPTIONS"})


def bar_of(looking: Looking) -> Notice:
    """What stands above every page meanwhile."""
    return Notice(
        text=_("You see Firmament as %(name)s sees it. Nothing can be changed.") % {"name": looking.name},
        icon="eye",
        action=_("Stop looking"),
        action_url=reverse(STOP),
    )


def elsewhere(request: HttpRequest, looking: Looking) -> HttpResponseBase | None:
    """The answer to whatever is not a page of the person's: it is not theirs to see. None for the ways out."""
    if request.path_info in (reverse(STOP), reverse(SIGN_OUT)):
        return None
    if request.path_info == "/" and request.method in READING:
        return HttpResponseRedirect(looking.home)
    return error_page(
        request,
        403,
        title=_("You look as %(name)s at the moment") % {"name": looking.name},
        text=_("What is your own, and every file, waits until you stop looking. Nothing was changed."),
    )


def refused(request: HttpRequest, entrance: Entrance) -> HttpResponse | None:
    """The answer to what is not done, or not shown, while one looks; None for an ordinary page."""
    if request.method not in READING:
        return nothing_done(request)
    if entrance.personal:
        return error_page(
            request,
            403,
            title=_("This page is theirs alone"),
            text=_(
                "Somebody’s own account, settings and keys are shown to nobody else, not even while you look."
            ),
        )
    if entrance.recorded_read:
        return error_page(
            request,
            403,
            title=_("This page writes down who reads it"),
            text=_(
                "It would stand in the name of somebody who did not read it. Stop looking to open it yourself."
            ),
        )
    return None


def nothing_done(request: HttpRequest) -> HttpResponse:
    """What would have been done is not, and no file leaves."""
    return error_page(
        request,
        403,
        title=_("Not while you look as somebody else"),
        text=_("You only look: nothing is changed, sent or downloaded. Stop looking to work as yourself."),
    )


def over(request: HttpRequest, user: User, looking: Looking, how: Look.How) -> HttpResponse:
    """The look is at an end: back to one's own pages, with a word why."""
    stop(request, user, looking, how)
    words = {
        Look.How.TIME: _("Half an hour is over: you no longer look as %(name)s."),
        Look.How.REVOKED: _("You may no longer look as %(name)s."),
        Look.How.GONE: _("%(name)s can no longer come in, so there is nothing to see as them."),
        Look.How.MORE: _("%(name)s may do what you may not now, so you no longer look as them."),
    }
    said = words.get(how, _("You no longer look as %(name)s."))
    toast(request, said % {"name": looking.name}, tone="info")
    home = f"/w/{looking.slug}/"
    if request.headers.get("HX-Request") == "true":
        # A script would swap one's own page into the other's.
        return HttpResponse(status=403, headers={"HX-Redirect": home})
    return HttpResponseRedirect(home, status=303)


def written_down(
    request: HttpRequest, response: HttpResponseBase, look: Look, actor: Actor
) -> HttpResponseBase:
    """The page, once it stands in the ledger that it was looked at; no page where that cannot be written."""
    if request.method != "GET" or not 200 <= response.status_code < 300 or actor.looker is None:
        return response
    if response.headers.get("Content-Disposition", "").startswith("attachment"):
        # Made for this answer alone, such as the table behind a picture: a file that left could not be watched.
        return nothing_done(request)
    match = request.resolver_match
    name = match.view_name if match is not None else ""
    try:
        with firm_transaction(actor.firm_id):
            note_page(look, actor.looker, page=name, path=request.path_info)
    except DatabaseError:
        log.exception("A page that was looked at could not be recorded")
        return error_page(request, 503)
    return response
