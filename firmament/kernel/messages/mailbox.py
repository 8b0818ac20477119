"""The local mailbox: what would have been sent, for whoever runs the house on their own machine.

It answers 404 unless mail is caught here and the house is reachable from this machine alone: the mails hold links
that let people in.
"""

import re
from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import UUID

import nh3
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from firmament.kernel.messages.letter import SCHEMES, TAGS
from firmament.kernel.messages.models import CaughtMail

SHOWN = 200
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
BODY = re.compile(r"<body.*?>(.*)</body>", re.DOTALL)

View = Callable[..., HttpResponse]


def is_open() -> bool:
    """Whether there is a local mailbox to look into."""
    return settings.MAIL == "local" and urlsplit(settings.PUBLIC_URL).hostname in LOOPBACK


def local_only(view: View) -> View:
    """As if the page did not exist, for anybody but this machine."""

    @wraps(view)
    def enter(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not is_open() or not _is_loopback(request.META.get("REMOTE_ADDR", "")):
            raise Http404
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        return response

    return enter


@require_safe
@local_only
def inbox(request: HttpRequest) -> HttpResponse:
    """The latest mails, the newest first; `?to=` finds those to one address."""
    mails = CaughtMail.objects.order_by("-caught_at")
    to = request.GET.get("to", "").strip()
    if to:
        mails = mails.filter(recipient__icontains=to.replace("\0", ""))
    return render(request, "messages/inbox.html", {"mails": mails[:SHOWN], "to": to})


@require_safe
@local_only
def letter(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """One mail: the rendered body (without its styles, which the page's policy forbids), the text, the source."""
    mail = get_object_or_404(CaughtMail, pk=mail_id)
    body = BODY.search(mail.html)
    shown = nh3.clean(
        body.group(1) if body else "",
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes=SCHEMES,
    )
    return render(request, "messages/letter_page.html", {"mail": mail, "shown": shown})


@require_POST
@local_only
def empty(request: HttpRequest) -> HttpResponse:
    """Throw all caught mails away."""
    CaughtMail.objects.all().delete()
    return HttpResponseRedirect("/dev/mail/")


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
