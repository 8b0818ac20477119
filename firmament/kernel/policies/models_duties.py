"""Duties that are kept apart: which powers one person may not hold, or not use on one thing; who is exempt; what was used."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import title_of
from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel, FirmQuerySet
from firmament.kernel.tenancy.triggers import Trigger

LONGEST_EXEMPTION = timedelta(days=366)


class DutyPairQuerySet(FirmQuerySet):
    def standing(self) -> Self:
        """Those nobody retired, also one that waits for those who hold both."""
        return self.filter(retired_at__isnull=True)

    def in_force(self) -> Self:
        """Those that the database holds."""
        return self.standing().filter(in_force_at__isnull=False)


class DutyPair(FirmModel):
    """Two powers that are kept apart. `power_a` comes before `power_b`, so that two make one pair in any order.

    One that nobody may hold both of comes into force when nobody does but who is exempt; until then it waits. `subject`
    is the kind of thing (a model's label) on which nobody may use both.
    """

    class Kind(models.TextChoices):
        HOLD = "hold", _("Nobody may have both")
        USE = "use", _("Nobody may use both on the same thing")

    view_power = "policies.view_duties"
    row_history: ClassVar[bool] = True

    power_a = models.CharField(max_length=80)
    power_b = models.CharField(max_length=80)
    kind = models.CharField(max_length=4, choices=Kind)
    subject = models.CharField(max_length=60, blank=True)
    reason = models.TextField(_("Reason"), max_length=2000)
    declared_by = FirmForeignKey("tenancy.Membership", on_delete=models.PROTECT, null=True)
    in_force_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_reason = models.TextField(blank=True, max_length=2000)

    objects: ClassVar = DutyPairQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "power_a", "power_b"],
                condition=Q(retired_at__isnull=True),
                name="dutypair_once",
                violation_error_message=_("These two are kept apart already."),
            ),
            # Byte by byte, as Python orders them: a database's own order may set dots and underscores elsewhere.
            models.CheckConstraint(
                condition=Q(power_a__lt=Collate(F("power_b"), "C")), name="dutypair_of_two_in_order"
            ),
            models.CheckConstraint(
                condition=Q(kind="hold", subject="")
                | Q(kind="use", in_force_at__isnull=False) & ~Q(subject=""),
                name="dutypair_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(reason__regex=r"\S"),
                name="dutypair_has_a_reason",
                violation_error_message=_("Say why these two are kept apart."),
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True, retired_reason="")
                | Q(retired_at__isnull=False, retired_reason__regex=r"\S"),
                name="dutypair_is_retired_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return " | ".join(title_of(power) for power in (self.power_a, self.power_b))

    @property
    def powers(self) -> tuple[str, str]:
        return self.power_a, self.power_b


class DutyExceptionQuerySet(FirmQuerySet):
    def in_force(self, *, at: datetime) -> Self:
        """Those that count at this instant. One ends at its end, not after it."""
        return self.filter(ended_at__isnull=True, ends_at__gt=at)


class DutyException(FirmModel):
    """A person need not keep one pair apart, for a reason and until an end. Nobody exempts themself."""

    view_power = "policies.view_duties"
    row_history: ClassVar[bool] = True
    named_by: ClassVar[tuple[str, ...]] = ("membership__user", "pair")

    pair = FirmForeignKey(DutyPair, on_delete=models.PROTECT)
    membership = FirmForeignKey("tenancy.Membership", on_delete=models.CASCADE)
    granted_by = FirmForeignKey("tenancy.Membership", on_delete=models.PROTECT)
    reason = models.TextField(_("Reason"), max_length=2000)
    ends_at = models.DateTimeField(_("Until"))
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = DutyExceptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(granted_by=F("membership")),
                name="dutyexception_not_for_oneself",
                violation_error_message=_("Somebody else has to exempt you."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("created_at"))
                & Q(ends_at__lte=F("created_at") + LONGEST_EXEMPTION),
                name="dutyexception_for_a_year_at_most",
                violation_error_message=_("Choose a day within the next year."),
            ),
            models.CheckConstraint(
                condition=Q(reason__regex=r"\S"),
                name="dutyexception_has_a_reason",
                violation_error_message=_("Say why this person is exempt."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["firm", "pair", "membership"],
                condition=Q(ended_at__isnull=True),
                name="dutyexception_standing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership}: {self.pair}"


class DutyUse(FirmModel):
    """A person used one power of a pair on one thing: from then on the other is not theirs to use on it.

    That they do not use both is an exclusion constraint, so two uses at the same moment cannot both stand; what was used
    under an exception lies outside of it, and the trigger sees that there was one.
    """

    append_only: ClassVar[bool] = True
    triggers: ClassVar[tuple[Trigger, ...]] = (
        Trigger(name="exempt_or_alone", when="BEFORE INSERT", function="policies_guard_dutyuse"),
    )

    pair = FirmForeignKey(DutyPair, on_delete=models.PROTECT)
    membership = FirmForeignKey("tenancy.Membership", on_delete=models.PROTECT)
    object_id = models.UUIDField()
    power = models.CharField(max_length=80)
    exception = FirmForeignKey(DutyException, on_delete=models.PROTECT, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "pair", "membership", "object_id", "power"], name="dutyuse_once"
            ),
            ExclusionConstraint(
                name="dutyuse_of_one_power",
                expressions=[
                    ("firm", "="),
                    ("pair", "="),
                    ("membership", "="),
                    ("object_id", "="),
                    ("power", "<>"),
                ],
                condition=Q(exception__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.power} {self.object_id}"
