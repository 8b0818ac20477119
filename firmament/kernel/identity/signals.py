"""Django's own word that somebody has signed in, or out, whichever way."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from firmament.kernel.identity.look_session import looking_in, stop
from firmament.kernel.identity.models import Look, User
from firmament.kernel.identity.origin import browser, ip_prefix
from firmament.kernel.identity.sessions import CLIENT


@receiver(user_logged_in, dispatch_uid="identity.session_origin")
def note_origin(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Put place and browser into the session, from where they reach the list of sessions."""
    request.session[CLIENT] = {"ip_prefix": ip_prefix(request), "user_agent": browser(request)[:200]}


@receiver(user_logged_out, dispatch_uid="identity.look_ends")
def end_looking(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Whoever looks as somebody else stops with signing out; the session still knows at this moment."""
    looking = looking_in(request)
    if looking is not None and isinstance(user, User):
        stop(request, user, looking, Look.How.SIGN_OUT)
