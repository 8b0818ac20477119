"""What was agreed with clients."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel, FirmQuerySet
from firmament.kernel.tenancy.validators import validate_not_blank, validate_text


class EngagementQuerySet(FirmQuerySet):
    def open(self) -> Self:
        """Those being worked on or waiting to be."""
        return self.filter(
            state__in=(Engagement.State.DRAFT, Engagement.State.ACTIVE, Engagement.State.PAUSED)
        )


class Engagement(FirmModel):
    """A piece of work agreed with a client.

    `reason` says why it is paused or canceled. The database refuses every transition that is not in
    `TRANSITIONS`; a finished one goes back to active only by `actions.reopen_engagement`.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        COMPLETED = "completed", _("Completed")
        CANCELED = "canceled", _("Canceled")
        ARCHIVED = "archived", _("Archived")

    # The migration's trigger says the same; a test holds the two together.
    TRANSITIONS: ClassVar[dict[str, tuple[str, ...]]] = {
        "draft": ("active",),
        "active": ("paused", "completed", "canceled"),
        "paused": ("active", "canceled"),
        "completed": ("archived",),
        "canceled": ("archived",),
        "archived": (),
    }

    view_power: ClassVar[str] = "engagements.view"
    client_path: ClassVar[str | None] = "client_id"
    engagement_path: ClassVar[str | None] = "id"
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement",)

    client = FirmForeignKey("clients.Client", on_delete=models.PROTECT)
    title = models.CharField(_("Title"), max_length=200, validators=[validate_text, validate_not_blank])
    service_line = models.CharField(
        _("Service"),
        max_length=80,
        blank=True,
        validators=[validate_text],
        help_text=_("What kind of work it is, such as bookkeeping."),
    )
    state = models.CharField(_("State"), max_length=10, choices=State, default=State.DRAFT)
    reason = models.TextField(_("Reason"), max_length=2000, blank=True, validators=[validate_text])
    starts_on = models.DateField(_("Starts on"), null=True, blank=True)
    ends_on = models.DateField(_("Ends on"), null=True, blank=True)
    lead = FirmForeignKey(
        "tenancy.Membership", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("Led by")
    )
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = EngagementQuerySet.as_manager()

    class Meta:
        # As it was called in the room it came from: hosts of the release before read it under this name meanwhile.
        db_table = "clients_engagement"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "active", "paused", "completed", "canceled", "archived"]),
                name="engagement_state_known",
            ),
            models.CheckConstraint(condition=Q(title__regex=r"\S"), name="engagement_has_a_title"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="engagement_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["paused", "canceled"]) | Q(reason__regex=r"\S"),
                name="engagement_paused_or_canceled_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["completed", "canceled", "archived"], ended_at__isnull=False)
                | (~Q(state__in=["completed", "canceled", "archived"]) & Q(ended_at__isnull=True)),
                name="engagement_ended_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="archived", archived_at__isnull=False)
                | (~Q(state="archived") & Q(archived_at__isnull=True)),
                name="engagement_archived_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "state", "-created_at", "-id"], name="engagement_by_state"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def has_ended(self) -> bool:
        """Whether the work is over, well or not."""
        return self.state in (self.State.COMPLETED, self.State.CANCELED, self.State.ARCHIVED)
