"""The firm's owners are told at once, and a session ends with its time."""

import logging
from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError

from firmament.kernel.breakglass.actions import expire_session
from firmament.kernel.breakglass.events import SessionClosed, SessionOpened
from firmament.kernel.breakglass.models import Session
from firmament.kernel.breakglass.operators import firms_with_work
from firmament.kernel.breakglass.register import reads_of
from firmament.kernel.jobs.registry import Lane, beat, on
from firmament.kernel.messages.send import Recipient, queue_message
from firmament.kernel.policies.models import RoleAssignment
from firmament.kernel.policies.powers import FIRM_ADMIN
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.tenancy.transaction import current_firm, firm_transaction
from firmament.lib.instant import now

log = logging.getLogger(__name__)

EXPIRE_EVERY_S = 30.0


@beat(EXPIRE_EVERY_S)
def close_what_has_ended() -> int:
    """Write down, in each firm, what ended by its time. One query when nothing did."""
    count = 0
    for firm_id, session_id in firms_with_work(now()):
        try:
            with firm_transaction(firm_id):
                session = Session.objects.get(pk=session_id)
                was = session.state
                count += expire_session(session).state != was
        except (DatabaseError, ValidationError):
            # One firm's trouble is not the others'; and nothing can be read by it, written down or not.
            log.exception("a session could not be closed", extra={"firm_id": str(firm_id)})
    return count


@on(SessionOpened, code="breakglass.tell_owners", lane=Lane.NOW)
def tell_owners(event: SessionOpened) -> None:
    """A mail to everybody who administers the firm: who looks, why, until when."""
    session = _session(event.session_id)
    assert session.ends_at is not None
    approver = session.approved_by.user.name if session.approved_by else ""
    _tell(
        session,
        "session_opened",
        Actor.system("breakglass.tell_owners"),
        {"approver": approver, "ends_at": session.ends_at, "minutes": session.minutes},
    )


@on(SessionClosed, code="breakglass.tell_owners_end", lane=Lane.SOON)
def tell_owners_end(event: SessionClosed) -> None:
    """How it ended, and how many pages were read. Nothing where the firm was never open."""
    session = _session(event.session_id)
    if session.opened_at is None:
        return
    _tell(
        session,
        "session_closed",
        Actor.system("breakglass.tell_owners_end"),
        {
            "pages": reads_of(session.pk),
            "opened_at": session.opened_at,
            "closed_at": session.closed_at,
            "how": session.closed_how,
        },
    )


def _session(pk: UUID) -> Session:
    found: Session = Session.objects.select_related("operator__user", "approved_by__user").get(pk=pk)
    return found


def _tell(session: Session, wording: str, actor: Actor, context: Mapping[str, object]) -> None:
    firm = current_firm()
    link = f"{settings.PUBLIC_URL.rstrip('/')}/w/{firm.slug}/platform-access/{session.pk}/"
    for member in _owners():
        queue_message(
            actor,
            wording=f"breakglass.{wording}",
            to=Recipient(
                name=member.user.name,
                email=member.user.email,
                locale=member.user.locale or firm.locale,
                timezone=member.user.timezone or firm.timezone,
                user_id=member.user_id,
            ),
            context={
                "operator": session.operator.user.name,
                "reason": session.reason,
                "ticket": session.ticket,
                "link": link,
                **context,
            },
            key=f"{wording}-{session.pk}-{member.pk}",
        )


def _owners() -> list[Membership]:
    held = RoleAssignment.objects.filter(role__code=FIRM_ADMIN).values("membership")
    rows = Membership.objects.filter(pk__in=held, state=Membership.State.ACTIVE, user__is_active=True)
    return list(rows.select_related("user").order_by("pk"))
