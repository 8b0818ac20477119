"""What was to be said to whom, and every attempt at saying it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel, FirmQuerySet
from firmament.lib.ids import uuid7
from firmament.lib.instant import now


class Channel(models.TextChoices):
    """How a message travels."""

    EMAIL = "email", _("E-mail")


class State(models.TextChoices):
    """Where a message is. `sent` means that the other side accepted it, not that it was read."""

    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")
    CANCELED = "canceled", _("Canceled")


# A delivery in one of these is not spoken about again, whatever a late worker believes.
SETTLED = (State.SENT, State.CANCELED)


class Letter(models.Model):
    """The fields that mail of a firm and mail of a person share.

    `message_id` never changes, so that a repeated hand-over can be known for one. `subject`, `text` and `html`
    are what was rendered, with secrets (a link that lets somebody in) blacked out.
    """

    wording = models.CharField(max_length=80)
    recipient_name = models.CharField(max_length=200, blank=True)
    recipient_email = models.EmailField(max_length=254)
    user_id = models.UUIDField(null=True)
    locale = models.CharField(max_length=20, default="en")
    timezone = models.CharField(max_length=64, default="UTC")
    context = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    message_id = models.CharField(max_length=200)
    subject = models.CharField(max_length=255, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    error = models.CharField(max_length=500, blank=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="%(app_label)s_%(class)s_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="%(app_label)s_%(class)s_sent_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wording} to {self.recipient_email}"


class DeliveryQuerySet(FirmQuerySet):
    """Messages of the firm at hand."""

    def open(self) -> "DeliveryQuerySet":
        """Those that may still be sent."""
        return self.exclude(state__in=SETTLED)


class Delivery(Letter, FirmModel):
    """One message of a firm to one person. The same `key` never makes a second one."""

    client_path: ClassVar[str | None] = "client_id"

    channel = models.CharField(max_length=10, choices=Channel, default=Channel.EMAIL)
    client_id = models.UUIDField(null=True)
    key = models.CharField(max_length=200)

    objects: ClassVar = DeliveryQuerySet.as_manager()

    class Meta(Letter.Meta):
        constraints = [
            *Letter.Meta.constraints,
            models.UniqueConstraint(fields=["firm", "key"], name="messages_delivery_once_per_key"),
        ]
        indexes = [
            models.Index(fields=["firm", "client_id", "-created_at"], name="messages_delivery_client"),
        ]


class Attempt(FirmModel):
    """One hand-over to a gateway and what it answered."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        DEFERRED = "deferred", _("To be tried again")
        REFUSED = "refused", _("Refused")

    client_path: ClassVar[str | None] = "delivery__client_id"
    append_only: ClassVar[bool] = True

    delivery = FirmForeignKey(Delivery, on_delete=models.PROTECT)
    number = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    answer = models.CharField(max_length=500, blank=True)
    started_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "delivery", "number"], name="messages_attempt_number"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.outcome}"


class AccountMail(Letter):
    """Mail about somebody's account, which belongs to no firm: a reset, a changed address."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)
    retry_at = models.DateTimeField(null=True)

    class Meta(Letter.Meta):
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=["queued", "sending"]),
                name="messages_accountmail_waiting",
            ),
        ]


class CaughtMail(models.Model):
    """A message that the local mailbox caught instead of sending it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    caught_at = models.DateTimeField(default=now, editable=False)
    message_id = models.CharField(max_length=200)
    sender = models.CharField(max_length=320)
    recipient = models.CharField(max_length=460)
    subject = models.CharField(max_length=255)
    text = models.TextField()
    html = models.TextField()
    raw = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["-caught_at"], name="messages_caughtmail_newest")]

    def __str__(self) -> str:
        return self.subject
