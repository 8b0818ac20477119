"""Note when a session was last in use, outside any firm's transaction."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from firmament.kernel.identity.session_list import note_seen
from firmament.kernel.identity.sessions import SessionStore


class SessionSeenMiddleware:
    """Stands inside Django's session middleware, so that what it notes is not overwritten by a save."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        session = request.session
        if isinstance(session, SessionStore) and session.row is not None and session.row.user_id:
            note_seen(session.row)
        return response
