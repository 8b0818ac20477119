"""Django's own word that somebody has signed in, whichever way: the session is told where it was seen."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from firmament.kernel.identity.origin import browser, ip_prefix
from firmament.kernel.identity.sessions import CLIENT


@receiver(user_logged_in, dispatch_uid="identity.session_origin")
def note_origin(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Put place and browser into the session, from where they reach the list of sessions."""
    request.session[CLIENT] = {"ip_prefix": ip_prefix(request), "user_agent": browser(request)[:200]}
