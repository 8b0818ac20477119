"""Tags, the base of each room's table of tagged things, and folders."""

from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel, FirmQuerySet
from firmament.kernel.tenancy.triggers import Trigger
from firmament.kernel.tenancy.validators import validate_text
from firmament.lib.text import folded

TAG_LENGTH = 40
FOLDER_LENGTH = 80
DEEPEST = 8


class Named(FirmModel):
    """What people call by a name; `folded` is the name as two people would call it the same."""

    name: "models.CharField[str, str]"
    folded: "models.CharField[str, str]"

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def call(self, name: str) -> Self:
        """Give it a name; blanks at the ends and double ones fall away."""
        self.name = " ".join(name.split())
        self.folded = folded(self.name)
        return self


class Tag(Named):
    """A word that things of any room can carry. Two spellings that people would call the same are one tag."""

    class Colour(models.TextChoices):
        NONE = "", _("No colour")
        INDIGO = "1", _("Indigo")
        BLUE = "2", _("Blue")
        GREEN = "3", _("Green")
        OLIVE = "4", _("Olive")
        AMBER = "5", _("Amber")
        RED = "6", _("Red")
        PINK = "7", _("Pink")
        PURPLE = "8", _("Purple")

    view_power = "labels.view"

    name = models.CharField(_("Name"), max_length=TAG_LENGTH, validators=[validate_text])
    folded = models.CharField(max_length=200, editable=False, validators=[validate_text])
    colour = models.CharField(_("Colour"), max_length=1, choices=Colour, default=Colour.NONE, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "folded"],
                name="tag_name_once",
                violation_error_message=_("There is already a tag of this name."),
            ),
            models.CheckConstraint(
                condition=Q(name__regex=r"\S") & ~Q(folded=""),
                name="tag_has_a_name",
                violation_error_message=_("Give the tag a name."),
            ),
            models.CheckConstraint(condition=Q(colour__in=["", *"12345678"]), name="tag_colour_known"),
        ]
        indexes = [models.Index(fields=["firm", "name", "id"], name="tag_by_name")]


class TaggingModel(FirmModel):
    """A thing carries a tag.

    A room derives its own with one more FirmForeignKey, to the thing, and
    `UniqueConstraint(fields=["firm", "<the thing>", "tag"])`; a start-up check asks for both. Renaming and merging a
    tag reach every such table by itself.
    """

    tag = FirmForeignKey("labels.Tag", on_delete=models.PROTECT)
    tag_id: UUID

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.tag_id)

    @classmethod
    def subject_name(cls) -> str:
        """The field that leads to the thing."""
        (name,) = (
            field.name
            for field in cls._meta.local_fields
            if isinstance(field, FirmForeignKey) and field.name != "tag"
        )
        return str(name)

    @classmethod
    def subject_model(cls) -> type[models.Model]:
        """What is tagged."""
        found = cls._meta.get_field(cls.subject_name()).related_model
        assert isinstance(found, type)  # every model is loaded
        return found


class TagRemoval(FirmModel):
    """What a tag was and what carried it, kept when it was deleted or merged, so that this can be undone.

    `links`: by the label of each table of tagged things, the ids of the things that carried it; `already`: those of
    them that carried `merged_into_id` too.
    """

    view_power = "labels.view"

    tag_id = models.UUIDField()
    name = models.CharField(max_length=TAG_LENGTH)
    colour = models.CharField(max_length=1, blank=True)
    merged_into_id = models.UUIDField(null=True, blank=True)
    links = models.JSONField(default=dict)
    already = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into_id__isnull=True) | ~Q(merged_into_id=F("tag_id")),
                name="tagremoval_not_into_itself",
            )
        ]

    def __str__(self) -> str:
        return self.name


class FolderQuerySet(FirmQuerySet):
    def of(self, area: str) -> Self:
        """The folders of one area, in their order among their neighbours."""
        return self.filter(area=area).order_by("position", "name", "id")


class Folder(Named):
    """A place in a tree. `area` is the room whose tree it is ("snippets"); no folder leads out of its own.

    The database holds that a folder never comes to lie in itself, however many people move folders at once, and that
    the tree is at most eight deep.
    """

    view_power = "labels.view"
    triggers: ClassVar[tuple[Trigger, ...]] = (
        Trigger(name="folder_tree", when="BEFORE INSERT OR UPDATE", function="labels_folder_tree"),
    )

    area = models.CharField(max_length=40)
    parent = FirmForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("Inside the folder")
    )
    name = models.CharField(_("Name"), max_length=FOLDER_LENGTH, validators=[validate_text])
    folded = models.CharField(max_length=400, editable=False, validators=[validate_text])
    position = models.PositiveIntegerField(default=0)

    objects: ClassVar = FolderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "area", "parent", "folded"],
                nulls_distinct=False,
                name="folder_name_once",
                violation_error_message=_("There is already a folder of this name here."),
            ),
            models.CheckConstraint(
                condition=Q(name__regex=r"\S") & ~Q(folded=""),
                name="folder_has_a_name",
                violation_error_message=_("Give the folder a name."),
            ),
            models.CheckConstraint(condition=~Q(area=""), name="folder_has_an_area"),
        ]
