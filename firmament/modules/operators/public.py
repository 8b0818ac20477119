"""What other rooms may know of the platform's looks into the firm."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from firmament.kernel.breakglass.models import Session, State
from firmament.kernel.breakglass.register import with_reads
from firmament.kernel.tenancy.actor import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakglassRow:
    """One session. `approved_by` is empty for an emergency; `verdict` until somebody has looked it over.

    `needs_review`: it was open, has ended, and nobody has looked it over yet.
    """

    id: UUID
    operator: str
    reason: str
    ticket: str
    minutes: int
    emergency: bool
    state: str
    requested_at: datetime
    approved_by: str
    opened_at: datetime | None
    ended_at: datetime | None
    ended_how: str
    pages_read: int
    reviewed_by: str
    verdict: str
    needs_review: bool


def breakglass_register(actor: Actor, *, since: datetime | None = None) -> tuple[BreakglassRow, ...]:
    """The register as far as the reader may see it, the newest first; all of it, or what was asked for since then."""
    rows = Session.objects.visible_to(actor)
    if since is not None:
        rows = rows.filter(requested_at__gte=since)
    named = rows.select_related("operator__user", "approved_by__user", "reviewed_by__user")
    return tuple(_row(session) for session in with_reads(named).order_by("-requested_at", "-pk"))


def _row(session: Session) -> BreakglassRow:
    return BreakglassRow(
        id=session.pk,
        operator=session.operator.user.name,
        reason=session.reason,
        ticket=session.ticket,
        minutes=session.minutes,
        emergency=session.emergency,
        state=session.state,
        requested_at=session.requested_at,
        approved_by=session.approved_by.user.name if session.approved_by else "",
        opened_at=session.opened_at,
        ended_at=session.closed_at,
        ended_how=session.closed_how,
        pages_read=session.pages_read,  # type: ignore[attr-defined]  # annotated
        reviewed_by=session.reviewed_by.user.name if session.reviewed_by else "",
        verdict=session.verdict,
        needs_review=session.state == State.CLOSED and session.opened_at is not None,
    )
