"""What happens to wording. What a client reads is told apart from who may touch it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Changed, Event, Text
from firmament.kernel.sharing.events import ShareEvent

SNIPPET: Mapping[str, str] = {"snippet_id": "snippets.snippet"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutSnippet(Event):
    """Everything here is about one snippet."""

    category: ClassVar[Category] = Category.DOCUMENTS
    targets: ClassVar[Mapping[str, str]] = SNIPPET

    snippet_id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetWritten(AboutSnippet):
    sentence: ClassVar[Text] = _("wrote the snippet “{title}”")


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetVersioned(AboutSnippet):
    sentence: ClassVar[Text] = _("wrote version {number} of “{title}”")

    number: int
    checksum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetChanged(Changed):
    category: ClassVar[Category] = Category.DOCUMENTS
    targets: ClassVar[Mapping[str, str]] = SNIPPET
    sentence: ClassVar[Text] = _("changed how “{title}” is called and kept")

    snippet_id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetActivated(AboutSnippet):
    sentence: ClassVar[Text] = _("put version {number} of “{title}” in use")

    number: int
    checksum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetReopened(AboutSnippet):
    sentence: ClassVar[Text] = _("took “{title}” out of use until it is approved again")


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetDeprecated(AboutSnippet):
    targets: ClassVar[Mapping[str, str]] = {**SNIPPET, "replacement_id": "snippets.snippet"}
    sentence: ClassVar[Text] = _("replaced “{title}” by “{replacement}”")

    replacement_id: UUID
    replacement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetArchived(AboutSnippet):
    sentence: ClassVar[Text] = _("put “{title}” in the archive")


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetUnarchived(AboutSnippet):
    sentence: ClassVar[Text] = _("took “{title}” out of the archive")


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetShared(ShareEvent):
    targets: ClassVar[Mapping[str, str]] = SNIPPET
    sentence: ClassVar[Text] = _("shared “{title}” with {whom}: {level}")

    snippet_id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetUnshared(ShareEvent):
    targets: ClassVar[Mapping[str, str]] = SNIPPET
    sentence: ClassVar[Text] = _("no longer shares “{title}” with {whom}: {level}")

    snippet_id: UUID
    title: str
