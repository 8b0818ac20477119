"""What follows: reports by the firm's calendar, their making, and the mail that says they are there."""

import hashlib
from io import BytesIO
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone, translation

from firmament.kernel.files.actions import keep_made
from firmament.kernel.files.models import StoredFile
from firmament.kernel.jobs.models import JobRun
from firmament.kernel.jobs.registry import Lane, every, on
from firmament.kernel.jobs.run import Run
from firmament.kernel.ledger.record import record
from firmament.kernel.messages.render import Recipient
from firmament.kernel.messages.send import queue_message
from firmament.kernel.policies.authority import authority_of, holders_of
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.web.compliance import every_board
from firmament.kernel.web.links import absolute_link
from firmament.lib.instant import now
from firmament.lib.paper.typesetting import typeset
from firmament.lib.periods import Period
from firmament.modules.compliance.actions import maker_of, request_due
from firmament.modules.compliance.events import ReportMade, ReportRequested
from firmament.modules.compliance.models import ComplianceReport, ReportOrder, ReportRecipient
from firmament.modules.compliance.policies import Can
from firmament.modules.compliance.reports.papers import csv_of, figures_of, paper_of


@every("15 5 * * *", powers=[Can.ORDER_REPORTS])
def ask_for_due_reports(run: Run) -> None:
    """Each morning of the firm's own day, before anybody sits down."""
    request_due(run.actor)


@on(ReportRequested, lane=Lane.SOON, powers=[Can.ORDER_REPORTS])
def make_report(run: Run, event: ReportRequested) -> None:
    """Take the figures as its maker sees them, write both files, keep them. Done once, however often it is tried."""
    entry_id = JobRun.objects.values_list("entry_id", flat=True).get(pk=run.id)
    assert entry_id is not None, "a job that follows an event has its entry"
    order = ReportOrder.objects.select_for_update().get(pk=event.order_id)
    made = ComplianceReport.objects.filter(order=order)
    again = made.filter(entry_id=entry_id) | made.filter(due_on=event.due_on, due_on__isnull=False)
    if again.exists():
        return
    maker = maker_of(run.actor, order, event.membership_id)
    if maker is None:
        return
    firm = current_firm()
    zone = ZoneInfo(firm.timezone)
    period = Period(kind="custom", first=event.first_on, last=event.last_on, zone=zone)
    with translation.override(firm.locale), timezone.override(zone):
        _make(maker, order, event, period, entry_id)


def _make(maker: Actor, order: ReportOrder, event: ReportRequested, period: Period, entry_id: UUID) -> None:
    at = now()
    wanted = [board for board in every_board() if board.key in order.boards]
    figures = figures_of(maker, wanted, period)
    figures["reach"] = authority_of(maker).reach
    pdf = typeset(paper_of(figures, title=order.title, period=period, made_by=maker.name, made_at=at))
    csv = csv_of(figures)
    name = f"{order.title} {period.first:%Y-%m-%d} {period.last:%Y-%m-%d}"
    report = ComplianceReport.objects.create(
        order=order,
        title=order.title,
        first_on=period.first,
        last_on=period.last,
        due_on=event.due_on,
        made_at=at,
        made_as_id=event.membership_id,
        figures=figures,
        pdf=_kept(maker, pdf, f"{name}.pdf", "application/pdf"),
        csv=_kept(maker, csv, f"{name}.csv", "text/csv"),
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        csv_sha256=hashlib.sha256(csv).hexdigest(),
        entry_id=entry_id,
    )
    record(
        maker,
        ReportMade(
            order_id=order.pk,
            report_id=report.pk,
            title=report.title,
            first_on=report.first_on,
            last_on=report.last_on,
            pdf_sha256=report.pdf_sha256,
            csv_sha256=report.csv_sha256,
        ),
    )


def _kept(maker: Actor, content: bytes, name: str, media_type: str) -> StoredFile:
    return keep_made(maker, BytesIO(content), name=name, media_type=media_type)


@on(ReportMade, lane=Lane.SOON)
def tell_recipients(event: ReportMade) -> None:
    """A link and no attachment: whoever lost the power since then finds the door shut, and each download is recorded."""
    actor, firm = Actor.system("compliance.tell_recipients"), current_firm()
    chosen = holders_of(Can.EXPORT).filter(
        pk__in=ReportRecipient.objects.filter(order=event.order_id).values("membership")
    )
    for member in chosen.select_related("user"):
        user: Any = member.user
        queue_message(
            actor,
            wording="compliance.report_ready",
            to=Recipient(
                name=user.name,
                email=user.email,
                user_id=user.pk,
                locale=user.locale or firm.locale,
                timezone=user.timezone or firm.timezone,
            ),
            context={
                "title": event.title,
                "first_on": event.first_on,
                "last_on": event.last_on,
                "link": absolute_link("compliance:report", pk=event.report_id),
                "firm": {"name": firm.name},
            },
            key=f"compliance-report-{event.report_id}-{user.pk}",
        )
