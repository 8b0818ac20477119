"""What operators and firms do with sessions. Each is one step of `models.State`, taken once, and written down."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firmament.kernel.breakglass.events import (
    SessionApproved,
    SessionClosed,
    SessionOpened,
    SessionRead,
    SessionRequested,
    SessionReviewed,
)
from firmament.kernel.breakglass.models import LIVE, Closed, Operator, Session, State
from firmament.kernel.breakglass.policies import EXPIRE, Can
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.authority import forget_authority
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import now

# A request that nobody answered, or an approval that nobody used, is of yesterday's trouble.
LAPSES_AFTER = timedelta(hours=24)


def ask_session(actor: Actor, *, reason: str, ticket: str, minutes: int) -> Session:
    """Ask to look into the firm at hand. A second operator has to agree before anything opens."""
    require(actor, Can.ASK)
    session = _begin(actor, reason=reason, ticket=ticket, minutes=minutes)
    record(
        actor,
        SessionRequested(
            session_id=session.pk, reason=session.reason, ticket=session.ticket, minutes=session.minutes
        ),
    )
    return session


def open_in_emergency(actor: Actor, *, reason: str, ticket: str, minutes: int) -> Session:
    """Open the firm at hand at once, alone. It has to be looked over by somebody else afterwards."""
    require(actor, Can.ASK)
    at = now()
    session = _begin(
        actor,
        reason=reason,
        ticket=ticket,
        minutes=minutes,
        emergency=True,
        state=State.OPEN,
        opened_at=at,
        ends_at=at + timedelta(minutes=minutes),
    )
    _opened(actor, session)
    return session


def approve_session(actor: Actor, session: Session) -> Session:
    """Agree, as a second operator. ValidationError where it does not wait for that any more."""
    require(actor, Can.APPROVE, session)
    _move(session, State.REQUESTED, state=State.APPROVED, approved_by=_self(actor), approved_at=now())
    record(actor, SessionApproved(session_id=session.pk, ticket=session.ticket))
    return session


def begin_session(actor: Actor, session: Session) -> Session:
    """Open the firm, now that a second operator agreed; the time runs from here."""
    require(actor, Can.USE, session)
    at = now()
    ends_at = at + timedelta(minutes=session.minutes)
    _move(session, State.APPROVED, state=State.OPEN, opened_at=at, ends_at=ends_at)
    _opened(actor, session)
    return session


def close_session(actor: Actor, session: Session) -> Session:
    """Be done; what has not begun is withdrawn. Closing twice is one line in the ledger."""
    require(actor, Can.USE, session)
    begun = session.opened_at is not None
    if begun and _expired(session):
        return expire_session(session)
    how = Closed.HAND if begun else Closed.WITHDRAWN
    return _close(actor, session, how=how, closed_by_operator=_self(actor))


def refuse_session(actor: Actor, session: Session) -> Session:
    """Say no, as a second operator, to what has not begun."""
    require(actor, Can.APPROVE, session)
    if session.opened_at is not None:
        raise _gone()
    return _close(actor, session, how=Closed.REFUSED, closed_by_operator=_self(actor))


def end_by_firm(actor: Actor, session: Session) -> Session:
    """The firm shows the operator out: their next request is refused."""
    require(actor, Can.END, session)
    if session.opened_at is not None and _expired(session):
        return expire_session(session)
    return _close(actor, session, how=Closed.FIRM, closed_by_member_id=actor.membership_id)


def expire_session(session: Session) -> Session:
    """Write down that the time was up. Nothing could be read since its end: every request asks the clock."""
    actor = Actor.system(EXPIRE)
    if session.opened_at is not None:
        return (
            _close(actor, session, how=Closed.TIME, closed_at=session.ends_at)
            if _expired(session)
            else session
        )
    if session.state in LIVE and session.requested_at + LAPSES_AFTER <= now():
        return _close(actor, session, how=Closed.LAPSED)
    return session


def review_session(actor: Actor, session: Session, *, verdict: str, note: str) -> Session:
    """Look over what was read, as somebody else than the reader. Only of what has ended, and once."""
    require(actor, Can.REVIEW, session)
    if session.opened_at is None:
        raise ValidationError(_("Nothing was read in it, so there is nothing to look over."), code="unbegun")
    _move(
        session,
        State.CLOSED,
        state=State.REVIEWED,
        reviewed_by=_self(actor),
        reviewed_at=now(),
        verdict=verdict,
        note=note,
    )
    record(
        actor,
        SessionReviewed(
            session_id=session.pk, ticket=session.ticket, verdict=session.verdict, note=session.note
        ),
    )
    return session


def note_read(actor: Actor, session_id: UUID, *, page: str, path: str) -> None:
    """Write down that a page is being read, before it is."""
    record(actor, SessionRead(session_id=session_id, page=page[:80], path=path[:200]))


def _self(actor: Actor) -> Operator:
    return Operator.objects.get(user=actor.user_id)


def _begin(actor: Actor, **fields: Any) -> Session:
    operator = _self(actor)
    for old in Session.objects.filter(operator=operator, state__in=LIVE):
        # One whose time is up may still stand there until the worker has closed it.
        expire_session(old)
    session = Session(operator=operator, requested_at=now(), **fields)
    session.full_clean()
    with plainly():
        session.save(force_insert=True)
    return session


def _opened(actor: Actor, session: Session) -> None:
    forget_authority()
    record(
        actor,
        SessionOpened(
            session_id=session.pk,
            reason=session.reason,
            ticket=session.ticket,
            minutes=session.minutes,
            emergency=session.emergency,
        ),
    )


def _expired(session: Session) -> bool:
    return session.state == State.OPEN and session.ends_at is not None and session.ends_at <= now()


def _close(actor: Actor, session: Session, *, how: Closed, **fields: Any) -> Session:
    """To its end, from wherever it stands; as it is where it has one already."""
    changes = {"closed_at": now(), **fields}
    with plainly():
        moved = Session.objects.filter(
            pk=session.pk, state__in=LIVE, opened_at__isnull=session.opened_at is None
        ).update(state=State.CLOSED, closed_how=how, **changes)
    session.refresh_from_db()
    forget_authority()
    if not moved and session.state in LIVE:
        # It was begun a moment ago: what was said of it is not true any more.
        raise _gone()
    if moved:
        record(
            actor,
            SessionClosed(
                session_id=session.pk,
                ticket=session.ticket,
                how=str(how),
                begun=session.opened_at is not None,
            ),
        )
    return session


def _move(session: Session, before: State, **changes: Any) -> None:
    """One step, if it still stands where it was: of two who press at once, one is told."""
    with plainly():
        if not Session.objects.filter(pk=session.pk, state=before).update(**changes):
            raise _gone()
    session.refresh_from_db()


def _gone() -> ValidationError:
    return ValidationError(_("This session does not stand there any more. Look again."), code="moved_on")


@contextmanager
def plainly() -> Iterator[None]:
    """Say what the database refuses in words; what was done inside is undone."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as refused:
        diagnosis = getattr(refused.__cause__, "diag", None)
        name = getattr(diagnosis, "constraint_name", None) or ""
        if not name.startswith("session_"):
            raise
        raise ValidationError(_PLAIN.get(name, _RULES), code=name) from refused


_RULES = gettext_lazy("The rules of platform access do not allow this.")
_PLAIN = {
    "session_one_of_an_operator": gettext_lazy("You have a session in this firm already. Close it first."),
    "session_by_operators_at_work": gettext_lazy("This operator’s account has been ended."),
}
