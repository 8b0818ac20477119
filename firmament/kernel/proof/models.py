"""The log and what proves it. Whoever owns the database can write here; none of it is believed without the files
that `keeping` keeps outside, and without what others were sent."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import FirmModel

HASH = 32


class Pending(models.Model):
    """A row that has no number yet. Written by a trigger, in the transaction of the row itself.

    Of no firm's own, so that the sequencer finds in one query which of a thousand firms has work; it holds ids alone.
    """

    id = models.BigAutoField(primary_key=True)
    firm_id = models.UUIDField()
    source = models.CharField(max_length=63)
    object_id = models.UUIDField()
    noted_at = models.DateTimeField()
    # The row had gone before it got its number: somebody with the rights of a superuser took it away.
    missing_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["firm_id", "id"], name="pending_firm", condition=Q(missing_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.object_id}"


class Log(FirmModel):
    """How far a firm's log has come; its row is what sequencers lock, and nobody else."""

    view_power = "audit.view"

    size = models.BigIntegerField(default=0)
    frontier = models.BinaryField(default=b"")
    # Those whose earlier rows have been noted, so that nothing from before there was a log is left out.
    caught_up = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm"], name="log_one_per_firm"),
            models.CheckConstraint(condition=Q(size__gte=0), name="log_size_is_no_less_than_nothing"),
        ]

    def __str__(self) -> str:
        return str(self.size)


class LogEntry(FirmModel):
    """Row `id` of a source has number `seq`, counted from 0 without a gap, and this leaf hash."""

    view_power = "audit.view"
    append_only: ClassVar[bool] = True

    seq = models.BigIntegerField()
    source = models.CharField(max_length=40)
    leaf = models.BinaryField(max_length=HASH)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "seq"], name="logentry_one_per_number"),
            models.CheckConstraint(condition=Q(seq__gte=0), name="logentry_counts_from_nothing"),
        ]

    def __str__(self) -> str:
        return str(self.seq)


class Subtree(FirmModel):
    """The root of 256, 65,536 … leaves: with them a proof takes a handful of reads, however long the log is.

    A subtree of `level` covers 2**level leaves from `index` · 2**level on.
    """

    append_only: ClassVar[bool] = True

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=HASH)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "level", "index"], name="subtree_once"),
        ]

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class SigningKey(FirmModel):
    """A public key that checkpoints are signed with. The private one is in a file, never here.

    `verifier` is the key as the signed-note specification of C2SP writes it; its middle part is `key_id`.
    """

    view_power = "audit.view"
    append_only: ClassVar[bool] = True

    key_id = models.CharField(max_length=8)
    verifier = models.CharField(max_length=400)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "key_id"], name="signingkey_once")]

    def __str__(self) -> str:
        return self.verifier


class Checkpoint(FirmModel):
    """What the log was at one moment: its size, its root, and both signed (C2SP tlog-checkpoint)."""

    view_power = "audit.view"
    append_only: ClassVar[bool] = True

    size = models.BigIntegerField()
    root = models.BinaryField(max_length=HASH)
    key_id = models.CharField(max_length=8)
    note = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "size", "key_id"], name="checkpoint_once_per_size"),
        ]

    def __str__(self) -> str:
        return f"{self.size}"


class Verification(FirmModel):
    """Somebody, or the clock, looked whether everything is still as it was. `faults` names what is not, the first first."""

    class Outcome(models.TextChoices):
        SOUND = "sound", _("Nothing was changed")
        BROKEN = "broken", _("Something was changed")

    view_power = "audit.view"
    append_only: ClassVar[bool] = True

    outcome = models.CharField(max_length=8, choices=Outcome)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    size = models.BigIntegerField()
    values = models.BigIntegerField()
    checkpoints = models.BigIntegerField()
    faults = models.JSONField(default=list)
    fault_count = models.IntegerField(default=0)
    user_id = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["firm", "-finished_at"], name="verification_newest")]

    def __str__(self) -> str:
        return self.outcome
