"""The audit trail. The application may add to it and read it, nothing else."""

from typing import ClassVar
from uuid import UUID

from django.db import models

from firmament.kernel.ledger.events import Category
from firmament.kernel.ledger.kinds import labels_of
from firmament.kernel.tenancy.actor import Domain
from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel, FirmQuerySet


class EntryQuerySet(FirmQuerySet):
    """Entries, newest first where it matters."""

    def about(self, kind: str, object_id: UUID) -> "EntryQuerySet":
        """Those that name this object among their targets."""
        return self.filter(
            pk__in=EntryTarget.objects.filter(kind__in=labels_of(kind), object_id=object_id).values(
                "entry_id"
            )
        )


class Entry(FirmModel):
    """One line: who, what, on what, when. It is the audit row and, with its jobs, the outbox.

    `payload` holds the event's fields as JSON. A personal field is there only as a commitment,
    HMAC-SHA-256(salt, value); value and salt stand in `PersonalValue`, which can be erased without
    making any proof about this row fail.
    """

    view_power = "audit.view"
    append_only: ClassVar[bool] = True

    code = models.CharField(max_length=80)
    category = models.CharField(max_length=16, choices=Category)
    occurred_at = models.DateTimeField()
    domain = models.CharField(max_length=8, choices=[(d.value, d.value) for d in Domain])
    user_id = models.UUIDField(null=True)
    membership_id = models.UUIDField(null=True)
    token_id = models.UUIDField(null=True)
    job = models.CharField(max_length=80, blank=True)
    roles = models.JSONField(default=list)
    request_id = models.CharField(max_length=64, blank=True)
    payload = models.JSONField(default=dict)

    objects: ClassVar = EntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["firm", "-occurred_at", "-id"], name="entry_newest"),
            models.Index(fields=["firm", "code", "-occurred_at"], name="entry_code"),
            models.Index(fields=["firm", "category", "-occurred_at"], name="entry_category"),
            models.Index(fields=["firm", "user_id", "-occurred_at"], name="entry_user"),
        ]

    def __str__(self) -> str:
        return self.code


class EntryTarget(FirmModel):
    """What an entry is about; a timeline is a look-up here."""

    append_only: ClassVar[bool] = True

    entry = FirmForeignKey(Entry, on_delete=models.PROTECT)
    kind = models.CharField(max_length=60)
    object_id = models.UUIDField()
    occurred_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["firm", "kind", "object_id", "-occurred_at"], name="entrytarget_timeline"),
            models.Index(fields=["firm", "kind", "-occurred_at"], name="entrytarget_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class PersonalValue(FirmModel):
    """The value behind a commitment. Erasing it is deleting this row, and the ledger still verifies."""

    entry = FirmForeignKey(Entry, on_delete=models.PROTECT)
    field = models.CharField(max_length=40)
    salt = models.BinaryField(max_length=32)
    value = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "entry", "field"], name="personalvalue_one_per_field"),
        ]

    def __str__(self) -> str:
        return self.field
