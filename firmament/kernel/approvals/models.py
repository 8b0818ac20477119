"""What was asked of whom, about which content, and what each of them said.

Bare ids, as kernel.policies holds them: what is approved may be of any room.
"""

from typing import ClassVar, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel, FirmQuerySet
from firmament.kernel.tenancy.triggers import Trigger


class ApprovalQuerySet(FirmQuerySet):
    def pending(self) -> Self:
        """Those that still wait."""
        return self.filter(state=Approval.State.PENDING)

    def about(self, kind: str, object_id: UUID) -> Self:
        """Every time it was asked about one object, the newest first."""
        return self.filter(kind=kind, object_id=object_id).order_by("-asked_at", "-id")


class Approval(FirmModel):
    """A question: does somebody else stand for this content of this object?

    Bound to the checksum, so that the answer says nothing about any other content. `authors` are the members who may
    not answer where `not_author` is set; the database holds that, that no answer counts for other content, and that
    nothing is approved before `needed` people said so. Apart from its state it never changes.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Sent back")
        WITHDRAWN = "withdrawn", _("Taken back")
        SUPERSEDED = "superseded", _("Overtaken by a newer version")

    view_power = "approvals.view"
    client_path: ClassVar[str | None] = "client_id"
    triggers: ClassVar[tuple[Trigger, ...]] = (
        Trigger(
            name="guard_approval",
            when="BEFORE INSERT OR UPDATE OR DELETE",
            function="approvals_guard_approval",
        ),
    )

    kind = models.CharField(max_length=60)
    object_id = models.UUIDField()
    version_number = models.PositiveIntegerField()
    checksum = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    asked_by = FirmForeignKey("tenancy.Membership", on_delete=models.PROTECT)
    asked_at = models.DateTimeField()
    authors = ArrayField(models.UUIDField(), default=list)
    not_author = models.BooleanField(default=True)
    needed = models.PositiveSmallIntegerField(default=1)
    note = models.TextField(max_length=2000, blank=True)
    client_id = models.UUIDField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = ApprovalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "kind", "object_id"],
                condition=Q(state="pending"),
                name="approval_one_pending",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "approved", "rejected", "withdrawn", "superseded"]),
                name="approval_state_known",
            ),
            models.CheckConstraint(condition=Q(kind__contains="."), name="approval_kind_is_a_model"),
            models.CheckConstraint(condition=Q(needed__range=(1, 20)), name="approval_needs_somebody"),
            models.CheckConstraint(
                condition=Q(version_number__gte=1) & Q(checksum__regex=r"^[0-9a-f]{64}$"),
                name="approval_of_exact_content",
            ),
            models.CheckConstraint(
                condition=Q(state="pending", decided_at__isnull=True)
                | (~Q(state="pending") & Q(decided_at__isnull=False)),
                name="approval_end_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "kind", "object_id", "-asked_at"], name="approval_of_object"),
            models.Index(
                fields=["firm", "asked_at", "id"], condition=Q(state="pending"), name="approval_waiting"
            ),
            models.Index(fields=["firm", "asked_by", "-asked_at"], name="approval_asked_by"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} {self.version_number}"


class Decision(FirmModel):
    """What one member said. Said once, for exactly this content, and never changed."""

    class Verdict(models.TextChoices):
        APPROVE = "approve", _("Approve")
        REJECT = "reject", _("Send back")

    view_power = "approvals.view"
    client_path: ClassVar[str | None] = "approval__client_id"
    append_only: ClassVar[bool] = True
    triggers: ClassVar[tuple[Trigger, ...]] = (
        Trigger(name="guard_decision", when="BEFORE INSERT", function="approvals_guard_decision"),
    )

    approval = FirmForeignKey(Approval, on_delete=models.PROTECT, related_name="decisions")
    member = FirmForeignKey("tenancy.Membership", on_delete=models.PROTECT)
    verdict = models.CharField(max_length=8, choices=Verdict)
    comment = models.TextField(max_length=2000, blank=True)
    checksum = models.CharField(max_length=64)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "approval", "member"], name="decision_once_a_member"),
            models.CheckConstraint(
                condition=Q(verdict__in=["approve", "reject"]), name="decision_verdict_known"
            ),
            models.CheckConstraint(
                condition=Q(verdict="approve") | Q(comment__regex=r"\S"), name="decision_refusal_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.approval_id} {self.verdict}"
