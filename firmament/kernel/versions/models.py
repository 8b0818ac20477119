"""The base of every room's table of versions."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel, FirmQuerySet
from firmament.kernel.tenancy.triggers import Trigger


class VersionQuerySet(FirmQuerySet):
    def of(self, subject: models.Model) -> Self:
        """The subject's versions, the newest first."""
        return self.filter(subject=subject).order_by("-number")

    def latest_of(self, subject: models.Model) -> Any:
        """The subject's newest version, None where there is none."""
        return self.of(subject).first()


class VersionModel(FirmModel):
    """One state of a subject, for ever.

    A room derives its own and names what it is a version of:
    `subject = FirmForeignKey("snippets.Snippet", on_delete=models.PROTECT)`. PROTECT, because versions are evidence:
    what has any is archived, not deleted. The database numbers without gaps and refuses change and deletion, by
    triggers that the law step lays on each such table. `content` is a plain dict of the room's own shape;
    `author` is empty for what the house did.
    """

    append_only: ClassVar[bool] = True
    triggers: ClassVar[tuple[Trigger, ...]] = (
        Trigger(name="next_number", when="BEFORE INSERT", function="versions_next_number"),
    )

    number = models.PositiveIntegerField(_("Version"))
    content = models.JSONField()
    checksum = models.CharField(max_length=64)
    note = models.TextField(_("Note"), max_length=1000, blank=True)
    author = FirmForeignKey("tenancy.Membership", on_delete=models.PROTECT, null=True, blank=True)
    restored_from = models.PositiveIntegerField(null=True, blank=True)

    objects: ClassVar = VersionQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.number)

    @classmethod
    def subject_field(cls) -> Any:
        """The field that names what it is a version of; `FieldDoesNotExist` where a room forgot it."""
        return cls._meta.get_field("subject")

    @classmethod
    def constraints_for(cls, prefix: str) -> list[models.BaseConstraint]:
        return [
            models.UniqueConstraint(fields=["firm", "subject", "number"], name=f"{prefix}_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name=f"{prefix}_number_from_one"),
            models.CheckConstraint(condition=Q(checksum__regex=r"^[0-9a-f]{64}$"), name=f"{prefix}_checksum"),
            models.CheckConstraint(
                condition=Q(restored_from__isnull=True)
                | Q(restored_from__gte=1, restored_from__lt=F("number")),
                name=f"{prefix}_restored_from_earlier",
            ),
        ]
