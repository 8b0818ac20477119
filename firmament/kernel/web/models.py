"""Tables of the web floor: token buckets and imports at work."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel


class Throttle(models.Model):
    """One token bucket; see `throttles`. UNLOGGED, and global: it is written before a firm is set."""

    key = models.CharField(max_length=120, primary_key=True)
    level = models.FloatField()
    allowed = models.BooleanField(default=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class Import(FirmModel):
    """A table that somebody brought, on its way into the firm's own rows. Seen by whoever brought it."""

    class State(models.TextChoices):
        MAPPING = "mapping", _("Choosing columns")
        CHECKED = "checked", _("Checked")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")
        DISCARDED = "discarded", _("Discarded")

    view_power: ClassVar[str] = ""

    kind = models.CharField(max_length=80)
    state = models.CharField(max_length=12, choices=State, default=State.MAPPING)
    membership_id = models.UUIDField()
    file_name = models.CharField(max_length=200)
    # How the file was read, in words: its kind, its encoding, its sheet.
    reading = models.CharField(max_length=200, blank=True)
    header = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    # The ledger entry whose job works on it now, for its progress.
    entry_id = models.UUIDField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["mapping", "checked", "running", "done", "undoing", "undone", "discarded"]
                ),
                name="import_state_known",
            )
        ]
        indexes = [models.Index(fields=["firm", "kind", "membership_id", "created_at"], name="import_mine")]

    def __str__(self) -> str:
        return self.file_name


IMPORT_ROW_STATES = ["new", "good", "wrong", "double", "skipped", "made", "refused", "undone", "kept"]


class ImportRow(FirmModel):
    """One row of it: as it came, as it was mended, and what became of it."""

    class State(models.TextChoices):
        NEW = "new", _("Not looked at")
        GOOD = "good", _("Ready")
        WRONG = "wrong", _("To be mended")
        DOUBLE = "double", _("Already there")
        SKIPPED = "skipped", _("Left out")
        MADE = "made", _("Imported")
        REFUSED = "refused", _("Refused")
        UNDONE = "undone", _("Undone")
        KEPT = "kept", _("Kept")

    view_power: ClassVar[str] = ""

    batch = FirmForeignKey(Import, on_delete=models.CASCADE)
    number = models.PositiveIntegerField()
    cells = models.JSONField(default=list)
    # Values a person typed over the file's, by field.
    mended = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.NEW)
    errors = models.JSONField(default=dict)
    made_id = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "batch", "number"], name="importrow_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=IMPORT_ROW_STATES),
                name="importrow_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["made", "undone", "kept"]) | Q(made_id__isnull=False),
                name="importrow_made_knows_what",
            ),
        ]
        indexes = [models.Index(fields=["firm", "batch", "state", "number"], name="importrow_by_state")]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.number}"
