"""What is reported, when and to whom; and the reports that were made."""

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel, FirmQuerySet


class ReportOrderQuerySet(FirmQuerySet):
    """Orders, in the words of whoever looks after them."""

    def standing(self) -> Self:
        """Those that nobody stopped."""
        return self.filter(stopped_at__isnull=True)


class ReportOrder(FirmModel):
    """These boards, each week, month or quarter of the firm's calendar, or once.

    `covers` is which days a report is about: the last whole week, month or quarter before the day on which it is due.
    `next_on` is that day, in the firm's zone; empty for what is made on request alone.
    """

    class Rhythm(models.TextChoices):
        WEEKLY = "week", _("Every week, on Monday")
        MONTHLY = "month", _("Every month, on the first")
        QUARTERLY = "quarter", _("Every quarter, on its first day")
        ONCE = "once", _("Once, now")

    class Covers(models.TextChoices):
        WEEK = "week", _("The last whole week")
        MONTH = "month", _("The last whole month")
        QUARTER = "quarter", _("The last whole quarter")

    view_power: ClassVar[str] = "compliance.view"

    title = models.CharField(_("Title"), max_length=120)
    boards = ArrayField(models.CharField(max_length=40))
    rhythm = models.CharField(_("How often"), max_length=8, choices=Rhythm)
    covers = models.CharField(_("About"), max_length=8, choices=Covers)
    next_on = models.DateField(null=True, blank=True)
    ordered_by = FirmForeignKey("tenancy.Membership", on_delete=models.PROTECT)
    stopped_at = models.DateTimeField(null=True, blank=True)
    # Why the house stopped it by itself; "" where somebody did.
    stopped_why = models.CharField(max_length=200, blank=True)

    objects: ClassVar = ReportOrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(title__regex=r"\S"), name="reportorder_has_a_title"),
            models.CheckConstraint(condition=Q(boards__len__gt=0), name="reportorder_has_boards"),
            models.CheckConstraint(
                condition=Q(rhythm__in=["week", "month", "quarter", "once"]), name="reportorder_rhythm_known"
            ),
            models.CheckConstraint(
                condition=Q(covers__in=["week", "month", "quarter"]), name="reportorder_covers_known"
            ),
            models.CheckConstraint(
                condition=Q(rhythm="once", next_on__isnull=True)
                | (~Q(rhythm="once") & Q(next_on__isnull=False)),
                name="reportorder_with_a_rhythm_is_due",
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=False) | Q(stopped_why=""),
                name="reportorder_why_of_a_stopped_one",
            ),
        ]
        indexes = [
            models.Index(
                fields=["firm", "next_on"], condition=Q(stopped_at__isnull=True), name="reportorder_due"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ReportRecipient(FirmModel):
    """Somebody of the firm who is told of each report of an order."""

    view_power: ClassVar[str] = "compliance.view"

    order = FirmForeignKey(ReportOrder, on_delete=models.CASCADE)
    membership = FirmForeignKey("tenancy.Membership", on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "order", "membership"], name="reportrecipient_once")
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.order_id}"


class ComplianceReport(FirmModel):
    """One report: what the boards showed of these days to the member it was made as. Nobody changes or deletes it.

    `figures` are what paper and table were made from (`kernel.web.papers.Taken`, board by board). `due_on` is empty
    where somebody wanted it apart from its rhythm. `entry_id` is the ledger entry that asked for it.
    """

    view_power: ClassVar[str] = "compliance.view"
    append_only: ClassVar[bool] = True

    order = FirmForeignKey(ReportOrder, on_delete=models.PROTECT)
    title = models.CharField(max_length=120)
    first_on = models.DateField()
    last_on = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField()
    made_as = FirmForeignKey("tenancy.Membership", on_delete=models.PROTECT)
    figures = models.JSONField()
    pdf = FirmForeignKey("files.StoredFile", on_delete=models.PROTECT)
    csv = FirmForeignKey("files.StoredFile", on_delete=models.PROTECT)
    pdf_sha256 = models.CharField(max_length=64)
    csv_sha256 = models.CharField(max_length=64)
    entry_id = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__gte=models.F("first_on")), name="compliancereport_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(pdf_sha256__regex="^[0-9a-f]{64}$", csv_sha256__regex="^[0-9a-f]{64}$"),
                name="compliancereport_has_checksums",
            ),
            # Whatever the queue does twice: one report for each time it was due, and for each time it was asked for.
            models.UniqueConstraint(
                fields=["firm", "order", "due_on"],
                condition=Q(due_on__isnull=False),
                name="compliancereport_once_when_due",
            ),
            models.UniqueConstraint(fields=["firm", "entry_id"], name="compliancereport_once_when_asked"),
        ]
        indexes = [models.Index(fields=["firm", "-made_at", "-id"], name="compliancereport_newest")]

    def __str__(self) -> str:
        return self.title
