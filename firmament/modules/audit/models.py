"""Exports of the trail with their proof. The trail itself is `kernel.ledger`'s, its proof `kernel.proof`'s."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel


class ProofExport(FirmModel):
    """An export with its proof that somebody asked for: the whole log, or the entries of some days.

    `reach` is what the person could see when it was written (`Authority.reach`): once it is another, the file is closed.
    """

    view_power: ClassVar[str] = "audit.open_export"

    membership_id = models.UUIDField()
    whole = models.BooleanField()
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    with_values = models.BooleanField()
    entries = models.PositiveBigIntegerField(default=0)
    # The ledger entry whose job writes it, for its progress.
    entry_id = models.UUIDField(null=True, blank=True)
    file = FirmForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, blank=True)
    reach = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(whole=False) | Q(first_day__isnull=True, last_day__isnull=True),
                name="proofexport_of_some_days_is_not_whole",
            ),
            models.CheckConstraint(
                condition=Q(file__isnull=True, reach="")
                | Q(file__isnull=False, reach__regex="^[0-9a-f]{64}$"),
                name="proofexport_knows_for_whom_it_was_written",
            ),
        ]
        indexes = [models.Index(fields=["firm", "membership_id", "created_at"], name="proofexport_mine")]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d}"


class ProofOutlet(FirmModel):
    """Where the firm's checkpoints go, so that somebody outside of this machine keeps them.

    The secret that signs what is posted is made from the installation's key and `salt`; it is in no table.
    """

    view_power: ClassVar[str] = "audit.send_checkpoints"

    daily_mail = models.BooleanField(default=True)
    mailed_size = models.BigIntegerField(default=0)
    webhook_url = models.URLField(max_length=500, blank=True)
    salt = models.BinaryField(max_length=32)
    posted_size = models.BigIntegerField(default=0)
    posted_at = models.DateTimeField(null=True, blank=True)
    # Why the last post was not taken; "" when it was.
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm"], name="proofoutlet_one_per_firm")]

    def __str__(self) -> str:
        return self.webhook_url
