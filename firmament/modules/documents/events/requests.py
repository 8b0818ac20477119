"""What happens to requests and their items."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Changed, Event, Text

REQUEST: Mapping[str, str] = {"request_id": "documents.documentrequest", "client_id": "clients.client"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutRequest(Event):
    """Everything here is about one request to one client."""

    category: ClassVar[Category] = Category.DOCUMENTS
    targets: ClassVar[Mapping[str, str]] = REQUEST

    request_id: UUID
    client_id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDrafted(AboutRequest):
    sentence: ClassVar[Text] = _("drafted the document request “{title}”")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestChanged(Changed):
    category: ClassVar[Category] = Category.DOCUMENTS
    targets: ClassVar[Mapping[str, str]] = REQUEST
    sentence: ClassVar[Text] = _("changed the document request “{title}”")

    request_id: UUID
    client_id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSent(AboutRequest):
    sentence: ClassVar[Text] = _("asked the client for “{title}” ({item_count} documents)")

    item_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCompleted(AboutRequest):
    sentence: ClassVar[Text] = _("completed the document request “{title}”")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCanceled(AboutRequest):
    sentence: ClassVar[Text] = _("canceled the document request “{title}”: {reason}")

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReminded(AboutRequest):
    sentence: ClassVar[Text] = _("reminded the client of “{title}”")

    days_after_due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemWaived(AboutRequest):
    sentence: ClassVar[Text] = _("waived “{item}”: {reason}")

    item_id: UUID
    item: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReopened(AboutRequest):
    sentence: ClassVar[Text] = _("asked again for “{item}”")

    item_id: UUID
    item: str
