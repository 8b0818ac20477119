"""Django's database sessions, kept in UserSession: known by a hash of the cookie, and listed for their owner.

`request.session[CLIENT]` is written at sign-in and says where the person was seen; it goes into columns.
"""

import hashlib
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.core.exceptions import SuspiciousOperation
from django.utils import timezone

from firmament.kernel.identity.models import User, UserSession

CLIENT = "client"


def hashed(session_key: str | None) -> str:
    """What the table knows a session by."""
    return hashlib.sha256((session_key or "").encode()).hexdigest()


class SessionStore(DatabaseSessionStore):
    """The engine that SESSION_ENGINE names. Synchronous only; the house has no asynchronous views."""

    row: UserSession | None = None

    @classmethod
    def get_model_class(cls) -> type[Any]:
        return UserSession

    def _get_session_from_db(self) -> UserSession | None:
        try:
            self.row = UserSession.objects.get(
                session_key=hashed(self.session_key), expire_date__gt=timezone.now()
            )
        except (UserSession.DoesNotExist, SuspiciousOperation):
            self.row = None
            self._session_key = None
        return self.row

    def exists(self, session_key: str | None) -> bool:
        return UserSession.objects.filter(session_key=hashed(session_key)).exists()

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            UserSession.objects.filter(session_key=hashed(key)).delete()

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        key = self._get_or_create_session_key()  # type: ignore[attr-defined]  # Django's own, missing in its stubs
        row = UserSession(
            session_key=hashed(key),
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
        )
        client: dict[str, str] = data.get(CLIENT, {})
        if SESSION_KEY in data:
            row.user_id = User._meta.pk.to_python(data[SESSION_KEY])
            row.ip_prefix = client.get("ip_prefix", "")
            row.user_agent = client.get("user_agent", "")
        known = self.row
        if known is not None and known.session_key == row.session_key:
            # A save writes every column: what the list shows must not begin anew with each.
            row.public_id, row.created_at, row.last_seen_at = (
                known.public_id,
                known.created_at,
                known.last_seen_at,
            )
        self.row = row
        return row
