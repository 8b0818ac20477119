"""Requests for documents, their items, and the files handed in for them."""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel, FirmQuerySet
from firmament.kernel.tenancy.triggers import Trigger
from firmament.kernel.web.links import link

MEGABYTE = 1024 * 1024


class RequestQuerySet(FirmQuerySet):
    """Requests, in the words people use of them."""

    def open(self) -> Self:
        """Sent and still waiting for something."""
        return self.filter(state=DocumentRequest.State.SENT)

    def overdue(self, *, on: date) -> Self:
        """Open and past their due date."""
        return self.open().filter(due_on__lt=on)

    def with_progress(self) -> Self:
        """Adds `item_count`, `done_count` (accepted or waived) and `review_count` (handed in, waiting for staff)."""
        items = "items__state"
        return self.annotate(
            item_count=Count("items"),
            done_count=Count("items", filter=Q(**{f"{items}__in": RequestItem.DONE})),
            review_count=Count("items", filter=Q(**{items: RequestItem.State.SUBMITTED})),
        )


class DocumentRequest(FirmModel):
    """A request to one client for several documents by a date."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENT = "sent", _("Waiting on client")
        COMPLETED = "completed", _("Completed")
        CANCELED = "canceled", _("Canceled")

    view_power = "documents.view_request"
    row_history = True
    client_path = "client_id"
    engagement_path = "engagement_id"
    triggers = (
        Trigger(name="item_times", when="AFTER INSERT OR UPDATE", function="documents_times_of_request"),
    )

    client = FirmForeignKey("clients.Client", on_delete=models.PROTECT)
    engagement = FirmForeignKey("engagements.Engagement", on_delete=models.PROTECT, null=True, blank=True)
    requested_by = FirmForeignKey("tenancy.Membership", on_delete=models.PROTECT)
    title = models.CharField(_("Title"), max_length=160)
    note = models.TextField(_("Message to the client"), max_length=4000, blank=True)
    due_on = models.DateField(_("Due on"))
    remind = models.BooleanField(_("Remind the client"), default=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    sent_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    canceled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=500, blank=True)

    objects: ClassVar = RequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="request_has_a_title"),
            models.CheckConstraint(
                condition=Q(state="draft", sent_at__isnull=True)
                | Q(state="canceled")
                | Q(sent_at__isnull=False),
                name="request_sent_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="completed", completed_at__isnull=False)
                | (~Q(state="completed") & Q(completed_at__isnull=True)),
                name="request_completed_has_a_time",
            ),
            models.CheckConstraint(
                condition=(Q(state="canceled", canceled_at__isnull=False) & ~Q(cancel_reason=""))
                | (~Q(state="canceled") & Q(canceled_at__isnull=True)),
                name="request_canceled_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "state", "due_on", "id"], name="request_due"),
            models.Index(fields=["firm", "client", "-created_at"], name="request_of_client"),
            models.Index(fields=["firm", "sent_at"], name="request_sent"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return link("documents:request", pk=self.pk)


class RequestItem(FirmModel):
    """One document that is asked for, and the rules a file must keep."""

    class State(models.TextChoices):
        OPEN = "open", _("Waiting on client")
        SUBMITTED = "submitted", _("To be checked")
        REJECTED = "rejected", _("Needs a new file")
        ACCEPTED = "accepted", _("Accepted")
        WAIVED = "waived", _("Not needed")

    class Kind(models.TextChoices):
        ANY = "any", _("Any document")
        PDF = "pdf", _("PDF")
        IMAGE = "image", _("Photo or scan")
        SPREADSHEET = "spreadsheet", _("Spreadsheet")
        TEXT = "text", _("Text document")

    DONE = (State.ACCEPTED, State.WAIVED)

    view_power = "documents.view_request"
    row_history = True
    client_path = "request__client_id"
    engagement_path = "request__engagement_id"
    triggers = (
        Trigger(name="item_times", when="AFTER INSERT OR UPDATE", function="documents_times_of_item"),
    )

    request = FirmForeignKey(DocumentRequest, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(_("What is needed"), max_length=160)
    help = models.CharField(_("Help for the client"), max_length=500, blank=True)
    kind = models.CharField(_("Kind of file"), max_length=12, choices=Kind, default=Kind.ANY)
    max_megabytes = models.PositiveSmallIntegerField(_("Largest size (MB)"), default=25)
    files_needed = models.PositiveSmallIntegerField(_("Files needed"), default=1)
    files_allowed = models.PositiveSmallIntegerField(_("Files allowed"), default=5)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    reason = models.CharField(max_length=500, blank=True)
    decided_by = FirmForeignKey("tenancy.Membership", on_delete=models.PROTECT, null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="item_has_a_title"),
            models.CheckConstraint(
                condition=Q(files_needed__gte=1)
                & Q(files_allowed__gte=F("files_needed"))
                & Q(files_allowed__lte=50),
                name="item_counts_make_sense",
            ),
            models.CheckConstraint(condition=Q(max_megabytes__range=(1, 200)), name="item_size_makes_sense"),
            models.CheckConstraint(
                condition=~Q(state__in=["rejected", "waived"]) | ~Q(reason=""),
                name="item_refusal_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "submitted"]) | Q(decided_at__isnull=False),
                name="item_decision_has_a_time",
            ),
        ]
        indexes = [models.Index(fields=["firm", "request", "position"], name="item_in_order")]

    def __str__(self) -> str:
        return self.title

    @property
    def max_bytes(self) -> int:
        return self.max_megabytes * MEGABYTE

    @property
    def is_done(self) -> bool:
        return self.state in self.DONE


class Submission(FirmModel):
    """A file handed in for an item. Kept whatever becomes of it."""

    class State(models.TextChoices):
        CHECKING = "checking", _("Being scanned")
        QUARANTINED = "quarantined", _("Stopped by the virus scan")
        PENDING = "pending", _("To be checked")
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Taken back")

    view_power = "documents.view_request"
    row_history = True
    client_path = "item__request__client_id"
    engagement_path = "item__request__engagement_id"
    named_by = ("file",)
    triggers = (
        Trigger(name="item_times", when="AFTER INSERT OR UPDATE", function="documents_times_of_submission"),
    )

    item = FirmForeignKey(RequestItem, on_delete=models.PROTECT, related_name="submissions")
    file = FirmForeignKey("files.StoredFile", on_delete=models.PROTECT)
    uploaded_by_id = models.UUIDField()
    state = models.CharField(max_length=12, choices=State, default=State.CHECKING)
    reason = models.CharField(max_length=500, blank=True)
    decided_by = FirmForeignKey("tenancy.Membership", on_delete=models.PROTECT, null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "file"], name="submission_of_one_file"),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(reason=""), name="rejection_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "rejected"])
                | (Q(decided_at__isnull=False) & Q(decided_by__isnull=False)),
                name="submission_decision_is_somebodys",
            ),
        ]
        indexes = [models.Index(fields=["firm", "item", "created_at"], name="submission_of_item")]

    def __str__(self) -> str:
        return self.file.name


class ItemTimes(FirmModel):
    """When a document was asked for, first handed in and accepted, beside whom it concerns: what reports count.

    Triggers write it from the moment the request is sent, and nobody else. Counted where it happens instead, a year of a
    firm with a million documents took seven seconds; here the figures are read from indexes alone.
    """

    view_power = "documents.view_request"
    client_path = "client_id"
    engagement_path = "engagement_id"

    item = FirmForeignKey(RequestItem, on_delete=models.CASCADE, related_name="times")
    client = FirmForeignKey("clients.Client", on_delete=models.PROTECT)
    engagement = FirmForeignKey("engagements.Engagement", on_delete=models.PROTECT, null=True, blank=True)
    sent_at = models.DateTimeField()
    # The first file that was not taken back and passed the scan: sent again is not handed in again.
    handed_in_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "item"], name="times_of_one_item")]
        # Each holds what a count and its permissions read, so that no count leaves the index.
        indexes = [
            models.Index(fields=["firm", "sent_at"], include=["client", "engagement"], name="times_sent"),
            models.Index(
                fields=["firm", "handed_in_at"],
                include=["client", "engagement", "sent_at"],
                name="times_handed_in",
            ),
            models.Index(
                fields=["firm", "accepted_at"], include=["client", "engagement"], name="times_accepted"
            ),
        ]

    def __str__(self) -> str:
        return str(self.item_id)


class Reminder(FirmModel):
    """That a client was reminded of a request, once per occasion."""

    client_path = "request__client_id"
    engagement_path = "request__engagement_id"

    request = FirmForeignKey(DocumentRequest, on_delete=models.CASCADE, related_name="reminders")
    days_after_due = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "request", "days_after_due"], name="reminder_once_per_occasion"
            )
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.days_after_due:+d}"
