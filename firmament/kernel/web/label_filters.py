"""Filters by folder and by tag, for every list whose rows have them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from firmament.kernel.labels.folders import with_all_below
from firmament.kernel.labels.models import Folder, Tag, TaggingModel
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.filters import Control, Text, as_uuid


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderFilter:
    """What lies in a folder and in all below it. The tree beside the list sets it; on, it is drawn as a chip."""

    label: Text
    path: str = "folder_id"
    key: str = "folder"

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def narrow(self, rows: "QuerySet[Any]", given: QueryDict) -> "QuerySet[Any]":
        pk = as_uuid(given.get(self.key, ""))
        return rows if pk is None else rows.filter(**{f"{self.path}__in": with_all_below(Folder(pk=pk))})

    def control(self, actor: Actor, given: QueryDict) -> Control:
        pk = as_uuid(given.get(self.key, ""))
        values = {self.key: str(pk) if pk is not None else ""}
        names = Folder.objects.visible_to(actor).filter(pk=pk).values_list("name", flat=True) if pk else ()
        options = tuple((str(pk), name) for name in names)
        return Control(kind="quiet", label=str(self.label), names=self.names, values=values, options=options)

    def words(self, control: Control) -> str:
        value = control.values[self.key]
        return dict(control.options).get(value, _("no longer there")) if value else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagFilter:
    """What carries a tag. A link sets it; on, it is drawn as a chip. `model` is the room's table of tagged things."""

    label: Text
    model: type[TaggingModel]
    key: str = "tag"

    @property
    def names(self) -> tuple[str, ...]:
        return (self.key,)

    def narrow(self, rows: "QuerySet[Any]", given: QueryDict) -> "QuerySet[Any]":
        pk = as_uuid(given.get(self.key, ""))
        if pk is None:
            return rows
        return rows.filter(pk__in=self.model.objects.filter(tag=pk).values(self.model.subject_name()))

    def control(self, actor: Actor, given: QueryDict) -> Control:
        pk = as_uuid(given.get(self.key, ""))
        values = {self.key: str(pk) if pk is not None else ""}
        names = Tag.objects.visible_to(actor).filter(pk=pk).values_list("name", flat=True) if pk else ()
        options = tuple((str(pk), name) for name in names)
        return Control(kind="quiet", label=str(self.label), names=self.names, values=values, options=options)

    def words(self, control: Control) -> str:
        value = control.values[self.key]
        return dict(control.options).get(value, _("no longer there")) if value else ""
