"""The base of every room's table of shares."""

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel, Membership


def _where(level: str, column: str) -> models.GeneratedField:
    return models.GeneratedField(
        expression=models.Case(models.When(level=level, then=F(column))),
        output_field=models.UUIDField(),
        db_persist=True,
    )


class ShareModel(FirmModel):
    """A person or a team may use, edit or approve a thing.

    A room derives its own with one more FirmForeignKey, to the thing, and hides it with the thing (`through` of its
    powers). The generated columns name those who may edit and those who may approve, so that `rules.shared` can ask
    for them.
    """

    class Level(models.TextChoices):
        USE = "use", _("May use it")
        EDIT = "edit", _("May change it")
        APPROVE = "approve", _("May approve it")

    membership = FirmForeignKey("tenancy.Membership", on_delete=models.CASCADE, null=True, blank=True)
    team = FirmForeignKey("policies.Team", on_delete=models.CASCADE, null=True, blank=True)
    level = models.CharField(_("May"), max_length=8, choices=Level, default=Level.USE)
    editor = _where("edit", "membership_id")
    editor_team = _where("edit", "team_id")
    approver = _where("approve", "membership_id")
    approver_team = _where("approve", "team_id")
    team_id: UUID | None
    membership_id: UUID | None

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.whom}: {self.Level(self.level).label}"

    @property
    def whom(self) -> Membership | Team:
        """The person or the team; the database has exactly one of them."""
        found: Membership | Team | None = self.membership or self.team
        assert found is not None, "to_a_person_or_a_team"
        return found

    @property
    def thing(self) -> Any:
        """What is shared."""
        return getattr(self, self.thing_name())

    @classmethod
    def thing_name(cls) -> str:
        """The field that leads to what is shared."""
        (name,) = (
            field.name
            for field in cls._meta.local_fields
            if isinstance(field, FirmForeignKey) and field.name not in ("membership", "team")
        )
        return str(name)

    @classmethod
    def constraints_of(cls, prefix: str, thing: str) -> list[models.BaseConstraint]:
        """What the Meta of a derived table holds, under names that begin with `prefix`."""
        return [
            models.UniqueConstraint(
                fields=["firm", thing, "membership", "level"], name=f"{prefix}_once_a_person"
            ),
            models.UniqueConstraint(fields=["firm", thing, "team", "level"], name=f"{prefix}_once_a_team"),
            models.CheckConstraint(
                condition=Q(membership__isnull=False, team__isnull=True)
                | Q(membership__isnull=True, team__isnull=False),
                name=f"{prefix}_to_a_person_or_a_team",
                violation_error_message=_("Choose either a person or a team."),
            ),
            models.CheckConstraint(
                condition=Q(level__in=["use", "edit", "approve"]), name=f"{prefix}_level_known"
            ),
        ]
