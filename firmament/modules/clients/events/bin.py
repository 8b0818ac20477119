"""What happens on the way out: bin, return, the end, and what leaves in a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Event, Text

_CLIENT = {"client_id": "clients.client"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientBinned(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CLIENT
    sentence: ClassVar[Text] = _("put the client in the bin")

    client_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRestored(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CLIENT
    sentence: ClassVar[Text] = _("took the client out of the bin")

    client_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientPurged(Event):
    """Its thirty days in the bin were over; contacts, engagements, portal grants and walls went with it."""

    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CLIENT
    sentence: ClassVar[Text] = _("deleted the client for good")

    client_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientsExported(Event):
    """A list left the house as a file."""

    category: ClassVar[Category] = Category.DATA_ACCESS
    sentence: ClassVar[Text] = _("exported {count} clients")

    count: int
    format: str
    filters: str
