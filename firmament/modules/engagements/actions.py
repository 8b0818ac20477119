"""Agreed work, from the draft to the archive."""

from datetime import date
from typing import TypedDict, Unpack
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.changes import apply_changes
from firmament.kernel.ledger.events import Event
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.policies.models import Wall
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.lib.instant import now
from firmament.lib.text import is_storable
from firmament.modules.clients.public import may_own, refuse_archived
from firmament.modules.engagements.events import (
    EngagementArchived,
    EngagementCanceled,
    EngagementChanged,
    EngagementCompleted,
    EngagementCreated,
    EngagementDiscarded,
    EngagementPaused,
    EngagementReopened,
    EngagementResumed,
    EngagementStarted,
)
from firmament.modules.engagements.models import Engagement
from firmament.modules.engagements.policies import Can

State = Engagement.State


class EngagementFields(TypedDict, total=False):
    """What people write about an engagement; what is left out stays as it is."""

    title: str
    service_line: str
    starts_on: date | None
    ends_on: date | None
    lead: Membership | None


def create_engagement(actor: Actor, client_id: UUID, **fields: Unpack[EngagementFields]) -> Engagement:
    """Draft a piece of work for a client. Raises ValidationError by field."""
    engagement = Engagement(client_id=client_id)
    require(actor, Can.CREATE, engagement)
    refuse_archived(client_id)
    apply_changes(engagement, {"title": "", **fields})
    _check(engagement)
    engagement.save(force_insert=True)
    record(
        actor,
        EngagementCreated(client_id=client_id, engagement_id=engagement.pk, title=engagement.title),
    )
    return engagement


def _check(engagement: Engagement) -> None:
    if engagement.starts_on and engagement.ends_on and engagement.ends_on < engagement.starts_on:
        raise ValidationError({"ends_on": _("It cannot end before it starts.")}, code="dates")
    if engagement.lead is not None and not may_own(engagement.lead):
        raise ValidationError(
            {
                "lead": _(
                    "This person cannot be responsible for clients: they have left, or their role does not allow it."
                )
            },
            code="lead",
        )


def edit_engagement(actor: Actor, engagement: Engagement, **fields: Unpack[EngagementFields]) -> None:
    """Change what is written about an engagement. One that has ended is read-only: ValidationError."""
    require(actor, Can.EDIT, engagement)
    if engagement.has_ended:
        raise ValidationError(_("This engagement has ended. Reopen it to change it."), code="ended")
    changes = apply_changes(engagement, fields)
    if not changes:
        return
    _check(engagement)
    engagement.save(update_fields=[*fields, "updated_at"])
    record(
        actor,
        EngagementChanged(
            client_id=engagement.client_id,
            engagement_id=engagement.pk,
            title=engagement.title,
            changes=changes,
        ),
    )


def start_engagement(actor: Actor, engagement: Engagement) -> None:
    """draft → active: the client has agreed, and the work begins."""
    require(actor, Can.EDIT, engagement)
    refuse_archived(engagement.client_id)
    _move(actor, engagement, (State.DRAFT,), State.ACTIVE, EngagementStarted(**_about(engagement)))


def pause_engagement(actor: Actor, engagement: Engagement, *, reason: str) -> None:
    """active → paused, for a reason."""
    require(actor, Can.EDIT, engagement)
    reason = checked_reason(reason)
    event = EngagementPaused(reason=reason, **_about(engagement))
    _move(actor, engagement, (State.ACTIVE,), State.PAUSED, event, reason=reason)


def resume_engagement(actor: Actor, engagement: Engagement) -> None:
    """paused → active."""
    require(actor, Can.EDIT, engagement)
    refuse_archived(engagement.client_id)
    _move(actor, engagement, (State.PAUSED,), State.ACTIVE, EngagementResumed(**_about(engagement)))


def complete_engagement(actor: Actor, engagement: Engagement) -> None:
    """active → completed: everything agreed has been done."""
    require(actor, Can.EDIT, engagement)
    _move(actor, engagement, (State.ACTIVE,), State.COMPLETED, EngagementCompleted(**_about(engagement)))


def cancel_engagement(actor: Actor, engagement: Engagement, *, reason: str) -> None:
    """active or paused → canceled, for a reason."""
    require(actor, Can.EDIT, engagement)
    reason = checked_reason(reason)
    event = EngagementCanceled(reason=reason, **_about(engagement))
    _move(actor, engagement, (State.ACTIVE, State.PAUSED), State.CANCELED, event, reason=reason)


def archive_engagement(actor: Actor, engagement: Engagement) -> None:
    """completed or canceled → archived: out of the way."""
    require(actor, Can.EDIT, engagement)
    before = (State.COMPLETED, State.CANCELED)
    _move(actor, engagement, before, State.ARCHIVED, EngagementArchived(**_about(engagement)))


def reopen_engagement(actor: Actor, engagement: Engagement, *, reason: str) -> None:
    """completed, canceled or archived → active again, for a reason; the one way back, and a power of its own."""
    require(actor, Can.REOPEN, engagement)
    refuse_archived(engagement.client_id)
    reason = checked_reason(reason)
    event = EngagementReopened(reason=reason, state_before=engagement.state, **_about(engagement))
    with connection.cursor() as cursor:
        # The trigger lets this one engagement back, in this transaction only.
        cursor.execute("SELECT set_config('app.reopens_engagement', %s, true)", [str(engagement.pk)])
    before = (State.COMPLETED, State.CANCELED, State.ARCHIVED)
    _move(actor, engagement, before, State.ACTIVE, event)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.reopens_engagement', '', true)")


def discard_draft(actor: Actor, engagement: Engagement) -> None:
    """Delete a draft that nobody agreed to. Refused once something hangs on it."""
    require(actor, Can.EDIT, engagement)
    event = EngagementDiscarded(**_about(engagement))
    pk = engagement.pk
    try:
        with transaction.atomic():
            Wall.objects.filter(engagement_id=pk).delete()
            gone, _by_model = Engagement.objects.filter(pk=pk, state=State.DRAFT).delete()
    except ProtectedError as held:
        raise ValidationError(
            _("Something already hangs on this draft, so it cannot be discarded."), code="in_use"
        ) from held
    if not gone:
        raise _too_late()
    record(actor, event)


def delete_with_client(client_id: UUID) -> None:
    """Delete a client's engagements, and the walls before them, in the transaction in which the client is purged.

    Who may purge was asked there, and the one line in the ledger is the client's. ProtectedError where another room
    holds one back.
    """
    rows = Engagement.objects.filter(client_id=client_id)
    Wall.objects.filter(engagement_id__in=rows.values("pk")).delete()
    rows.delete()


class _About(TypedDict):
    client_id: UUID
    engagement_id: UUID
    title: str


def _about(engagement: Engagement) -> _About:
    return {"client_id": engagement.client_id, "engagement_id": engagement.pk, "title": engagement.title}


def checked_reason(reason: str) -> str:
    """The reason; ValidationError where there is none or it cannot be kept."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")}, code="required")
    if len(reason) > 2000:
        raise ValidationError({"reason": _("Say it in at most 2000 characters.")}, code="max_length")
    if not is_storable(reason):
        raise ValidationError(
            {"reason": _("This contains a character that cannot be kept.")}, code="unstorable"
        )
    return reason


def _too_late() -> ValidationError:
    return ValidationError(
        _("This engagement is in another state by now. Look again before you go on."), code="state"
    )


def _move(
    actor: Actor,
    engagement: Engagement,
    before: tuple[str, ...],
    after: str,
    event: Event,
    *,
    reason: str = "",
) -> None:
    """The transition as a conditional update, so that two clicks cannot both win; the second hears that it is late."""
    ended = after in (State.COMPLETED, State.CANCELED, State.ARCHIVED)
    values: dict[str, object] = {"state": after, "ended_at": now() if ended else None, "archived_at": None}
    if after == State.ARCHIVED:
        # When and why it ended stays readable in the archive.
        values = {"state": after, "archived_at": now()}
    else:
        values["reason"] = reason
    if not Engagement.objects.filter(pk=engagement.pk, state__in=before).update(**values):
        raise _too_late()
    engagement.refresh_from_db()
    record(actor, event)
