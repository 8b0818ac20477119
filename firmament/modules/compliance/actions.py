"""Ordering reports, stopping them, and having one made."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from firmament.kernel.jobs.errors import NotAuthorized
from firmament.kernel.ledger.models import Entry
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.authority import authority_of, holders_of
from firmament.kernel.policies.decide import allows, may, require
from firmament.kernel.policies.reauthorize import staff_actor
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.web.compliance import boards_for
from firmament.lib.instant import now
from firmament.lib.periods import Span
from firmament.lib.whole_spans import Kind, begin_of, last_whole, next_begin
from firmament.modules.compliance.events import (
    ReportOrderChanged,
    ReportOrdered,
    ReportOrderStopped,
    ReportRequested,
)
from firmament.modules.compliance.models import ComplianceReport, ReportOrder, ReportRecipient
from firmament.modules.compliance.policies import Can


def order_report(
    actor: Actor,
    *,
    title: str,
    boards: Collection[str],
    rhythm: str,
    covers: str,
    recipient_ids: Collection[UUID] = (),
) -> ReportOrder:
    """Have these boards reported from now on, or once and now.

    ValidationError for a board that the actor does not see, and for a recipient who could not open it: nobody gets by a
    report what they may not see.
    """
    require(actor, Can.ORDER_REPORTS)
    once = rhythm == ReportOrder.Rhythm.ONCE
    order = ReportOrder(ordered_by_id=_member(actor), rhythm=rhythm)
    order.next_on = None if once else _next_on(rhythm)
    told = _write(actor, order, title=title, boards=boards, covers=covers, recipient_ids=recipient_ids)
    record(actor, ReportOrdered(**_in_words(order), recipient_ids=told))
    if once:
        request_report(actor, order)
    return order


def change_order(
    actor: Actor,
    order: ReportOrder,
    *,
    title: str,
    boards: Collection[str],
    rhythm: str,
    covers: str,
    recipient_ids: Collection[UUID] = (),
) -> ReportOrder:
    """Have it made in another way from the next one on. Whoever changes it takes it over: it shows what they see.

    ValidationError as when it is ordered, and for making it once: then it is stopped, and another one ordered.
    """
    require(actor, Can.ORDER_REPORTS, order)
    if ReportOrder.Rhythm.ONCE in (rhythm, order.rhythm):
        raise ValidationError({"rhythm": _("Stop it, and order one that is made once.")}, code="rhythm")
    if order.stopped_at is not None:
        raise ValidationError(_("It was stopped. Order another one."), code="stopped")
    before = order.ordered_by_id
    if rhythm != order.rhythm:
        order.rhythm, order.next_on = rhythm, _next_on(rhythm)
    order.ordered_by_id = _member(actor)
    told = _write(actor, order, title=title, boards=boards, covers=covers, recipient_ids=recipient_ids)
    record(actor, ReportOrderChanged(**_in_words(order), recipient_ids=told, ordered_by_before_id=before))
    return order


def _write(
    actor: Actor,
    order: ReportOrder,
    *,
    title: str,
    boards: Collection[str],
    covers: str,
    recipient_ids: Collection[UUID],
) -> tuple[UUID, ...]:
    """Keep what was asked for; who is told of each."""
    order.title, order.covers, order.boards = title, covers, _seen_boards(actor, boards)
    told = _told(recipient_ids)
    order.full_clean(exclude=["firm", "ordered_by"])
    order.save()
    ReportRecipient.objects.filter(order=order).exclude(membership__in=told).delete()
    ReportRecipient.objects.bulk_create(
        [ReportRecipient(order=order, membership_id=pk) for pk in told], ignore_conflicts=True
    )
    return told


def _next_on(rhythm: str) -> date:
    if rhythm not in ReportOrder.Rhythm.values:
        raise ValidationError({"rhythm": _("There is no such rhythm.")}, code="rhythm")
    return next_begin(cast("Kind", rhythm), _today())


def _in_words(order: ReportOrder) -> dict[str, Any]:
    """What the trail says of an order."""
    return {
        "order_id": order.pk,
        "title": order.title,
        "rhythm": order.rhythm,
        "covers": order.covers,
        "boards": tuple(order.boards),
    }


def request_report(actor: Actor, order: ReportOrder) -> Entry:
    """Have one made now, on the last whole days that the order is about, as the actor sees them; a job does it."""
    require(actor, Can.ORDER_REPORTS, order)
    if actor.membership_id is None:
        raise ValidationError(_("Only people of the firm order reports."), code="member")
    return _request(
        actor, order, days_before(order, _today()), due_on=None, membership_id=actor.membership_id
    )


def stop_order(actor: Actor, order: ReportOrder) -> None:
    """Make no more of them. What was made stays."""
    require(actor, Can.ORDER_REPORTS, order)
    _stop(actor, order, why="asked")


def request_due(actor: Actor) -> int:
    """Ask for every report that is due by the firm's calendar, as whoever ordered it; how many there were.

    What was missed while the machine was off is made up once: of several that were due, the last.
    """
    require(actor, Can.ORDER_REPORTS)
    today, count = _today(), 0
    due = ReportOrder.objects.standing().filter(next_on__lte=today)
    for order in due.select_for_update().order_by("next_on", "pk"):
        rhythm = cast("Kind", order.rhythm)
        due_on = begin_of(rhythm, today)
        ReportOrder.objects.filter(pk=order.pk).update(next_on=next_begin(rhythm, today))
        _request(actor, order, days_before(order, due_on), due_on=due_on, membership_id=order.ordered_by_id)
        count += 1
    return count


def maker_of(actor: Actor, order: ReportOrder, membership_id: UUID) -> Actor | None:
    """The member a report is made as, if they still may; else the order ends here, for a report shows what its maker sees.

    `actor` is the job that asks.
    """
    require(actor, Can.ORDER_REPORTS)
    try:
        member = staff_actor(membership_id)
    except NotAuthorized:
        member = None
    if member is not None and authority_of(member).live and allows(member, Can.ORDER_REPORTS, order):
        return member
    _stop(actor, order, why="power")
    return None


def may_open(actor: Actor, report: ComplianceReport) -> bool:
    """Whether the report itself is open to the actor, who sees that it is there.

    It shows what its maker saw. Whoever an ethical wall keeps from anything might find that in it, so it stays closed to
    them, unless they made it with these very walls.
    """
    authority = authority_of(actor)
    if not authority.hidden_clients and not authority.hidden_engagements:
        return True
    return report.made_as_id == actor.membership_id and report.figures["reach"] == authority.reach


def may_take(actor: Actor, report: ComplianceReport) -> bool:
    """Whether they may have its files."""
    return may(actor, Can.EXPORT) and may_open(actor, report)


def days_before(order: ReportOrder, day: date) -> Span:
    """The days that a report of the order is about, if it is made on this day."""
    return last_whole(cast("Kind", order.covers), day)


def _member(actor: Actor) -> UUID:
    if actor.membership_id is None:
        raise ValidationError(_("Only people of the firm order reports."), code="member")
    return actor.membership_id


def _seen_boards(actor: Actor, keys: Collection[str]) -> list[str]:
    offered = [board.key for board in boards_for(actor)]
    if not keys or not set(keys) <= set(offered):
        raise ValidationError({"boards": _("Choose boards that you see.")}, code="boards")
    return [key for key in offered if key in keys]


def _told(ids: Collection[UUID]) -> tuple[UUID, ...]:
    allowed = set(holders_of(Can.EXPORT).filter(pk__in=ids).values_list("pk", flat=True))
    if not set(ids) <= allowed:
        problem = _("Choose people who may take compliance figures out of the house.")
        raise ValidationError({"recipients": problem}, code="power")
    return tuple(sorted(allowed))


def _request(
    actor: Actor, order: ReportOrder, days: Span, *, due_on: date | None, membership_id: UUID
) -> Entry:
    event = ReportRequested(
        order_id=order.pk,
        title=order.title,
        first_on=days.first,
        last_on=days.last,
        due_on=due_on,
        membership_id=membership_id,
    )
    return record(actor, event)


def _stop(actor: Actor, order: ReportOrder, *, why: str) -> None:
    words = "" if why == "asked" else _("Who ordered it may no longer order reports.")
    stopped = ReportOrder.objects.standing().filter(pk=order.pk)
    # Two may stop it at once; it is written down once.
    if stopped.update(stopped_at=now(), stopped_why=words):
        record(actor, ReportOrderStopped(order_id=order.pk, title=order.title, why=why))


def _today() -> date:
    at: datetime = now().astimezone(ZoneInfo(current_firm().timezone))
    return at.date()
