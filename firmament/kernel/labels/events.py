"""What happens to tags and folders."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Event, Text

TAG = {"tag_id": "labels.tag"}
FOLDER = {"folder_id": "labels.folder"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelEvent(Event):
    """Without a sentence: it only gives the others their category."""

    category: ClassVar[Category] = Category.CONFIGURATION


@dataclass(frozen=True, slots=True, kw_only=True)
class TagCreated(LabelEvent):
    targets: ClassVar[Mapping[str, str]] = TAG
    sentence: ClassVar[Text] = _("made the tag {name}")

    tag_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TagChanged(LabelEvent):
    targets: ClassVar[Mapping[str, str]] = TAG
    sentence: ClassVar[Text] = _("changed the tag {before} to {name}")

    tag_id: UUID
    before: str
    name: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TagsMerged(LabelEvent):
    """`things`: how many carried the tag that is gone."""

    targets: ClassVar[Mapping[str, str]] = {"tag_id": "labels.tag", "into_id": "labels.tag"}
    sentence: ClassVar[Text] = _("merged the tag {name} into {into}")

    tag_id: UUID
    name: str
    into_id: UUID
    into: str
    things: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TagDeleted(LabelEvent):
    targets: ClassVar[Mapping[str, str]] = TAG
    sentence: ClassVar[Text] = _("deleted the tag {name}")

    tag_id: UUID
    name: str
    things: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRestored(LabelEvent):
    """A deletion or a merger was undone."""

    targets: ClassVar[Mapping[str, str]] = TAG
    sentence: ClassVar[Text] = _("brought back the tag {name}")

    tag_id: UUID
    name: str
    things: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderCreated(LabelEvent):
    targets: ClassVar[Mapping[str, str]] = FOLDER
    sentence: ClassVar[Text] = _("made the folder {name}")

    folder_id: UUID
    area: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderRenamed(LabelEvent):
    targets: ClassVar[Mapping[str, str]] = FOLDER
    sentence: ClassVar[Text] = _("renamed the folder {before} to {name}")

    folder_id: UUID
    before: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderMoved(LabelEvent):
    targets: ClassVar[Mapping[str, str]] = FOLDER
    sentence: ClassVar[Text] = _("moved the folder {name}")

    folder_id: UUID
    name: str
    from_id: UUID | None
    to_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderDeleted(LabelEvent):
    """`moved_up`: how many things, and folders, went to the folder above."""

    targets: ClassVar[Mapping[str, str]] = FOLDER
    sentence: ClassVar[Text] = _("deleted the folder {name}")

    folder_id: UUID
    name: str
    moved_up: int
