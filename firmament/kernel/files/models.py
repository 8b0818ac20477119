"""Files and the bytes behind them."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel, FirmQuerySet


class Blob(FirmModel):
    """Bytes by their SHA-256, once within the firm.

    Never shared between firms: whether an upload is stored anew would tell that another firm has it.
    """

    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "sha256"], name="blob_content_once_per_firm"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="blob_has_a_sha256"),
            models.CheckConstraint(condition=Q(size__gte=1), name="blob_has_bytes"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class StoredFileQuerySet(FirmQuerySet):
    """Files, in the words people use of them."""

    def ready(self) -> Self:
        """Scanned and found clean: the only ones that are ever handed out."""
        return self.filter(state=StoredFile.State.READY)


class StoredFile(FirmModel):
    """One upload: a name that somebody gave to bytes, and what the scan said of them.

    `client_id` is the client it belongs to, where there is one; `uploaded_by_id` the person (User).
    `reason` tells a quarantine in words for the person who uploaded it.
    """

    class State(models.TextChoices):
        CREATED = "created", _("Announced")
        RECEIVING = "receiving", _("Being uploaded")
        SCANNING = "scanning", _("Being scanned")
        READY = "ready", _("Ready")
        QUARANTINED = "quarantined", _("Stopped by the virus scan")
        EXPIRED = "expired", _("Removed")

    class Verdict(models.TextChoices):
        NONE = "", _("Not scanned")
        CLEAN = "clean", _("Clean")
        INFECTED = "infected", _("Malware found")
        UNSCANNABLE = "unscannable", _("Could not be scanned")

    client_path: ClassVar[str | None] = "client_id"

    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    state = models.CharField(max_length=12, choices=State, default=State.CREATED)
    blob = FirmForeignKey(Blob, on_delete=models.PROTECT, null=True, blank=True)
    client_id = models.UUIDField(null=True, blank=True)
    uploaded_by_id = models.UUIDField(null=True, blank=True)
    verdict = models.CharField(max_length=12, choices=Verdict, blank=True, default=Verdict.NONE)
    reason = models.CharField(max_length=300, blank=True)
    scanned_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = StoredFileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["created", "receiving", "scanning", "ready", "quarantined", "expired"]
                ),
                name="file_state_known",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="file_has_a_name"),
            models.CheckConstraint(condition=Q(size__gte=0), name="file_size_not_negative"),
            models.CheckConstraint(
                condition=Q(state__in=["created", "receiving", "expired"]) | Q(blob__isnull=False),
                name="file_with_bytes_has_a_blob",
            ),
            # Whatever the code forgets: what no scanner called clean is never ready.
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(verdict="clean", scanned_at__isnull=False),
                name="file_ready_was_scanned",
            ),
            models.CheckConstraint(
                condition=~Q(state="quarantined")
                | (Q(verdict__in=["infected", "unscannable"]) & ~Q(reason="")),
                name="file_quarantine_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["created", "receiving", "scanning"]) | Q(verdict=""),
                name="file_verdict_ends_scanning",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "client_id"], name="file_of_client"),
            models.Index(
                fields=["firm", "created_at"],
                name="file_unfinished",
                condition=Q(state__in=["created", "receiving", "scanning"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY
