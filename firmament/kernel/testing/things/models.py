"""A thing with versions, tags and a folder, which one person approves; and a pact, which two approve."""

from typing import ClassVar

from django.db import models

from firmament.kernel.labels.models import TaggingModel
from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel
from firmament.kernel.versions.models import VersionModel


class Thing(FirmModel):
    """Something people write, sort and approve."""

    view_power = "things.view"
    client_path: ClassVar[str | None] = "client_id"

    name = models.CharField(max_length=80)
    client_id = models.UUIDField(null=True, blank=True)
    folder = FirmForeignKey("labels.Folder", on_delete=models.PROTECT, null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class ThingVersion(VersionModel):
    """What a thing said."""

    view_power = "things.view"
    client_path: ClassVar[str | None] = "subject__client_id"

    subject = FirmForeignKey(Thing, on_delete=models.PROTECT)


class ThingTag(TaggingModel):
    """A thing carries a tag."""

    view_power = "things.view"
    client_path: ClassVar[str | None] = "thing__client_id"

    thing = FirmForeignKey(Thing, on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "thing", "tag"], name="thingtag_once")]


class Pact(FirmModel):
    """Something that two people approve."""

    view_power = "things.view"
    client_path: ClassVar[str | None] = "client_id"

    name = models.CharField(max_length=80)
    client_id = models.UUIDField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class PactVersion(VersionModel):
    """What a pact said."""

    view_power = "things.view"
    client_path: ClassVar[str | None] = "subject__client_id"

    subject = FirmForeignKey(Pact, on_delete=models.PROTECT)
