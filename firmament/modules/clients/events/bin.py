"""What happens on the way out: the bin, the return, the end."""

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
class ClientWithdrawn(Event):
    """An import was taken back, and this client with it."""

    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CLIENT
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    sentence: ClassVar[Text] = _("took back the imported client {name}")

    client_id: UUID
    name: str
