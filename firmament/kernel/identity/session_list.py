"""A person's sessions: where they are signed in, and how to end that."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from firmament.kernel.identity.models import User, UserSession
from firmament.kernel.identity.sessions import hashed
from firmament.lib.instant import now

SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """One browser in which a person is signed in."""

    id: UUID
    browser: str
    ip_prefix: str
    created_at: datetime
    last_seen_at: datetime
    current: bool


def sessions_of(user: User, *, current_key: str | None) -> list[OpenSession]:
    """Where the person is signed in, the latest seen first."""
    return [
        OpenSession(
            id=row.public_id,
            browser=row.user_agent,
            ip_prefix=row.ip_prefix,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            current=row.session_key == hashed(current_key),
        )
        for row in _live(user).order_by("-last_seen_at", "-created_at")
    ]


def end_sessions_of(user: User, *, keep: str | None, only: UUID | None = None) -> int:
    """End them all but the one whose cookie is `keep`, or only one; returns how many ended. At once."""
    rows = _live(user).exclude(session_key=hashed(keep))
    if only is not None:
        rows = rows.filter(public_id=only)
    return rows.delete()[0]


def note_seen(row: UserSession) -> None:
    """The session is in use; written at most once in five minutes."""
    due = now() - SEEN_EVERY
    if row.last_seen_at <= due:
        UserSession.objects.filter(pk=row.pk, last_seen_at__lte=due).update(last_seen_at=now())
        row.last_seen_at = now()


def _live(user: User) -> QuerySet[UserSession]:
    return UserSession.objects.filter(user_id=user.pk, expire_date__gt=now())
