"""What macros did, kept so that it can be read and taken back."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel
from firmament.kernel.tenancy.triggers import REFUSE_CHANGE, Trigger


class MacroRun(FirmModel):
    """A macro was run from one thing. Apart from having been undone, once, it never changes.

    `source_kind`, `source_id`, `source_number`: what the steps were written in, and which version of it. Bare ids, as
    kernel.policies holds them: what macros act on, and what they stand in, may be of any room.
    """

    view_power = "macros.view"
    client_path: ClassVar[str | None] = "client_id"
    engagement_path: ClassVar[str | None] = "engagement_id"
    triggers: ClassVar[tuple[Trigger, ...]] = (
        Trigger(name="guard_run", when="BEFORE UPDATE", function="macros_guard_run"),
    )

    title = models.CharField(max_length=200)
    source_kind = models.CharField(max_length=60)
    source_id = models.UUIDField()
    source_number = models.PositiveIntegerField()
    kind = models.CharField(max_length=60)
    object_id = models.UUIDField()
    client_id = models.UUIDField(null=True, blank=True)
    engagement_id = models.UUIDField(null=True, blank=True)
    member = FirmForeignKey("tenancy.Membership", on_delete=models.PROTECT, null=True, blank=True)
    ran_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = FirmForeignKey("tenancy.Membership", on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(title__regex=r"\S"), name="macrorun_has_a_title"),
            models.CheckConstraint(
                condition=Q(kind__contains=".") & Q(source_kind__contains="."),
                name="macrorun_kinds_are_models",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=False) | Q(undone_by__isnull=True),
                name="macrorun_undone_by_goes_with_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "kind", "object_id", "-ran_at"], name="macrorun_of_object"),
            models.Index(fields=["firm", "source_id", "-ran_at"], name="macrorun_of_source"),
        ]

    def __str__(self) -> str:
        return self.title


class StepRun(FirmModel):
    """One step of a run: what it was said to do, and what stood there `before` and `after`, as text by name."""

    view_power = "macros.view"
    client_path: ClassVar[str | None] = "run__client_id"
    engagement_path: ClassVar[str | None] = "run__engagement_id"
    triggers: ClassVar[tuple[Trigger, ...]] = (
        Trigger(name="no_change", when="BEFORE UPDATE", function=REFUSE_CHANGE),
    )

    run = FirmForeignKey(MacroRun, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=80)
    sentence = models.TextField()
    kind = models.CharField(max_length=60)
    object_id = models.UUIDField()
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "run", "position"], name="steprun_position_once"),
            models.CheckConstraint(condition=Q(position__gte=1), name="steprun_position_from_one"),
        ]

    def __str__(self) -> str:
        return self.sentence
