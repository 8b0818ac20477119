"""Each use of a snippet, and how many there were."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel
from firmament.kernel.tenancy.triggers import Trigger
from firmament.modules.snippets.public import Context


class SnippetUse(FirmModel):
    """Somebody put a snippet into a text. The values filled in are never kept.

    `through` is the use it came in with, where another snippet contains it. `fingerprint` holds keyed hashes of the
    words inserted until `survived` (0 to 1000, in thousandths) is known; then it is dropped.
    """

    view_power = "insertions.view"
    client_path: ClassVar[str | None] = "client_id"
    triggers: ClassVar[tuple[Trigger, ...]] = (
        Trigger(name="guard_use", when="BEFORE INSERT OR UPDATE", function="insertions_guard_use"),
        Trigger(name="count_use", when="AFTER INSERT OR UPDATE OF survived", function="insertions_count_use"),
    )

    snippet = FirmForeignKey("snippets.Snippet", on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    checksum = models.CharField(max_length=64)
    locale = models.CharField(max_length=6)
    member = FirmForeignKey("tenancy.Membership", on_delete=models.PROTECT)
    channel = models.CharField(max_length=8, choices=Context)
    place = models.CharField(max_length=80, blank=True)
    client = FirmForeignKey("clients.Client", on_delete=models.CASCADE, null=True, blank=True)
    about_kind = models.CharField(max_length=60, blank=True)
    about_id = models.UUIDField(null=True, blank=True)
    through = FirmForeignKey("self", on_delete=models.CASCADE, null=True, blank=True)
    fingerprint = models.BinaryField(null=True)
    survived = models.PositiveSmallIntegerField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(about_kind="", about_id__isnull=True)
                | (~Q(about_kind="") & Q(about_id__isnull=False)),
                name="snippetuse_about_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(survived__isnull=True) | Q(survived__lte=1000),
                name="snippetuse_survived_is_a_share",
            ),
            models.CheckConstraint(
                condition=Q(survived__isnull=True) | Q(fingerprint__isnull=True),
                name="snippetuse_measured_forgets_the_words",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "snippet", "number", "-created_at"], name="snippetuse_of_version"),
            models.Index(fields=["firm", "-created_at", "-id"], name="snippetuse_newest"),
            models.Index(fields=["firm", "client", "-created_at"], name="snippetuse_of_client"),
            models.Index(
                fields=["firm", "about_kind", "about_id"],
                condition=Q(survived__isnull=True),
                name="snippetuse_to_measure",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.snippet_id} {self.number}"


class SnippetDay(FirmModel):
    """How often a snippet was used on a day of the firm's zone, by whom and where.

    A trigger counts, so it is exact; and it stays when the uses themselves go with a client.
    """

    view_power = "insertions.view"

    snippet = FirmForeignKey("snippets.Snippet", on_delete=models.CASCADE)
    on = models.DateField()
    member = FirmForeignKey("tenancy.Membership", on_delete=models.CASCADE)
    channel = models.CharField(max_length=8, choices=Context)
    uses = models.PositiveIntegerField()
    # Uses whose share of surviving words is known, and the sum of those shares in thousandths.
    measured = models.PositiveIntegerField(default=0)
    survived = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "on", "snippet", "member", "channel"], name="snippetday_once"
            ),
        ]
        indexes = [
            # All that a report reads, so that it never leaves the index.
            models.Index(
                fields=["firm", "on"],
                include=["snippet", "member", "channel", "uses", "measured", "survived"],
                name="snippetday_counted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.snippet_id}: {self.uses}"
