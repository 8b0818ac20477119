"""What the API remembers of writes that may be sent twice."""

from typing import ClassVar

from django.db import models

from firmament.kernel.tenancy.models import FirmModel


class IdempotencyKey(FirmModel):
    """A keyed write and its first answer. Both stand or fall with the write itself: one transaction."""

    view_power: ClassVar[str] = ""

    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "key"], name="idempotency_key_once_per_firm")]
        indexes = [models.Index(fields=["firm", "created_at"], name="idempotency_key_age")]

    def __str__(self) -> str:
        return self.key
