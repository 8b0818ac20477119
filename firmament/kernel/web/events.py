"""What the web floor records."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Change, Event, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ListExported(Event):
    """Somebody took a list out of the house. `sha256` is of the file; "" where the product did not keep it."""

    category: ClassVar[Category] = Category.DATA_ACCESS
    personal: ClassVar[frozenset[str]] = frozenset({"query"})
    sentence: ClassVar[Text] = _("exported {rows} rows of “{list}” as {format}")

    list: str
    format: str
    rows: int
    query: str
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListExportRequested(Event):
    """Somebody wants a long list as a file; a job writes it as the person, and records what was taken out then."""

    category: ClassVar[Category] = Category.DATA_ACCESS
    targets: ClassVar[Mapping[str, str]] = {"export_id": "web.export"}
    sentence: ClassVar[Text] = _("asked for {rows} rows of “{list}” as {format}")

    export_id: UUID
    list: str
    format: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkActionDone(Event):
    """One thing was done to many rows; each row has its own event beside this one."""

    category: ClassVar[Category] = Category.SYSTEM
    sentence: ClassVar[Text] = _(
        "did “{action}” to {done} rows of “{list}” at once; {left} were left as they are"
    )

    list: str
    action: str
    done: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportUploaded(Event):
    """A table was brought; nothing of it is in the firm's rows yet."""

    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = {"import_id": "web.import"}
    personal: ClassVar[frozenset[str]] = frozenset({"file_name"})
    sentence: ClassVar[Text] = _("brought {file_name} with {rows} rows")

    import_id: UUID
    kind: str
    file_name: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequested(Event):
    """The rows that are ready are to be imported; a job does it as the person."""

    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = {"import_id": "web.import"}
    sentence: ClassVar[Text] = _("started an import of {rows} rows")

    import_id: UUID
    kind: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFinished(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = {"import_id": "web.import"}
    sentence: ClassVar[Text] = _("finished an import: {made} rows in, {refused} refused")

    import_id: UUID
    kind: str
    made: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportUndoRequested(Event):
    """Everything an import made is to be taken out again; a job does it as the person."""

    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = {"import_id": "web.import"}
    sentence: ClassVar[Text] = _("asked to undo an import")

    import_id: UUID
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportUndone(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = {"import_id": "web.import"}
    sentence: ClassVar[Text] = _(
        "undid an import: {undone} rows out, {kept} kept because they are in use or were changed"
    )

    import_id: UUID
    kind: str
    undone: int
    kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewEvent(Event):
    """Something about a saved view of a list. A title is typed by a person and may name one."""

    category: ClassVar[Category] = Category.CONFIGURATION
    targets: ClassVar[Mapping[str, str]] = {"view_id": "web.savedview"}
    personal: ClassVar[frozenset[str]] = frozenset({"title"})

    view_id: UUID
    list: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewSaved(ViewEvent):
    sentence: ClassVar[Text] = _("saved the view “{title}” of “{list}”")


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewChanged(ViewEvent):
    """Its name, what it asks for, who sees it, or which roles begin with it."""

    personal: ClassVar[frozenset[str]] = frozenset({"title", "changes"})
    sentence: ClassVar[Text] = _("changed the view “{title}” of “{list}”")

    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewRemoved(ViewEvent):
    sentence: ClassVar[Text] = _("removed the view “{title}” of “{list}”")


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewRestored(ViewEvent):
    sentence: ClassVar[Text] = _("brought back the view “{title}” of “{list}”")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOpeningChosen(Event):
    """What a list opens with for the person themselves; no view: with everything."""

    category: ClassVar[Category] = Category.CONFIGURATION
    targets: ClassVar[Mapping[str, str]] = {"view_id": "web.savedview"}
    sentence: ClassVar[Text] = _("chose what “{list}” opens with")

    list: str
    view_id: UUID | None
