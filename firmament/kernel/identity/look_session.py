"""What a browser's session remembers while somebody looks as somebody else in it.

It says where to look; whether they still may is asked of the firm at every request (`looking.enter_look`).
"""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from firmament.kernel.identity.looking import end_look
from firmament.kernel.identity.models import Look, User
from firmament.kernel.identity.people import actor_for
from firmament.kernel.identity.sessions import SessionStore
from firmament.kernel.tenancy.models import Firm, FirmAccess
from firmament.kernel.tenancy.transaction import firm_transaction

_SESSION = "looking"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """A look as its session knows it. `staff`: by which door the person comes in. The ids are UUIDs as text."""

    look: str
    firm: str
    slug: str
    staff: bool
    person: str
    name: str

    @property
    def look_id(self) -> UUID:
        return UUID(self.look)

    @property
    def firm_id(self) -> UUID:
        return UUID(self.firm)

    @property
    def person_id(self) -> UUID:
        return UUID(self.person)

    @property
    def home(self) -> str:
        """Where the person's workspace, or their portal, begins."""
        return f"/{'w' if self.staff else 'portal'}/{self.slug}/"


def session_id_of(request: HttpRequest) -> UUID | None:
    """The session's own name; None for one that is not kept yet."""
    session = request.session
    if isinstance(session, SessionStore):
        session.get(_SESSION)  # read now, if nobody has yet
        return session.row.public_id if session.row is not None else None
    return None


def looking_in(request: HttpRequest) -> Looking | None:
    """Whom this browser looks as, by the session that is read anyway."""
    kept: dict[str, Any] | None = request.session.get(_SESSION)
    return Looking(**kept) if kept else None


def remember(request: HttpRequest, look: Look, firm: Firm) -> Looking:
    """From the next request on this browser looks.

    Forms that stand open anywhere in it are refused from here on, and those drawn while looking once it is over: what was
    drawn for one person must not be sent by another.
    """
    looking = Looking(
        look=str(look.pk),
        firm=str(firm.pk),
        slug=firm.slug,
        staff=look.member_id is not None,
        person=str(look.person_id),
        name=look.person.name,
    )
    request.session[_SESSION] = asdict(looking)
    rotate_token(request)
    return looking


def stop(request: HttpRequest, user: User, looking: Looking, how: Look.How) -> None:
    """End the look and let the session forget it. In a transaction of its own, as all that is written of sessions."""
    with firm_transaction(looking.firm_id):
        me = actor_for(user, FirmAccess.Domain.STAFF)
        # Whoever is no member any more has been refused by then; their look runs out by itself.
        if me is not None:
            end_look(me, looking.look_id, how=how)
    request.session.pop(_SESSION, None)
    rotate_token(request)
