"""Which rooms have folders: declared once by each, in its `policies.py`, so that one page keeps all of their trees."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.utils.functional import Promise

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import FirmModel

Text = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderArea:
    """`area` is what the room's folders are filed under ("snippets"), `title` what lies in them ("Snippets").

    `url_name` is the room's list, which shows one folder by `?folder=<id>`; `through` the model's key to its folder.
    """

    area: str
    title: Text
    label: str
    url_name: str
    through: str

    @property
    def model(self) -> type[FirmModel]:
        found = apps.get_model(self.label)
        assert issubclass(found, FirmModel), f"{self.label} is no firm's table"
        return found

    def everything(self) -> "QuerySet[Any]":
        """Every row that may lie in one of the folders, whoever may see it: for moving and deleting alone."""
        found: QuerySet[Any] = self.model._default_manager.all()
        return found

    def seen_by(self, actor: Actor) -> "QuerySet[Any]":
        """The rows that the reader may see, for counting; without those in the archive, where the room has one."""
        rows: Any = self.model._default_manager.all()
        rows = rows.standing() if hasattr(rows, "standing") else rows
        found: QuerySet[Any] = rows.visible_to(actor)
        return found


class UnknownArea(LookupError):
    """No room declared folders of this name."""


_declared: dict[str, FolderArea] = {}


def declare_folders(
    area: str, *, title: Text, model: str, url_name: str, through: str = "folder"
) -> FolderArea:
    """Say that a room's things lie in folders. ValueError when it was said already."""
    if area in _declared:
        raise ValueError(f"{area}: folders are declared once")
    _declared[area] = FolderArea(area=area, title=title, label=model, url_name=url_name, through=through)
    return _declared[area]


def folder_area(area: str) -> FolderArea:
    """What was declared; `UnknownArea` when nothing was."""
    try:
        return _declared[area]
    except KeyError:
        raise UnknownArea(f"{area}: no room declares folders of this name") from None


def folder_areas() -> list[FolderArea]:
    """Every area, by its name."""
    return [_declared[area] for area in sorted(_declared)]
