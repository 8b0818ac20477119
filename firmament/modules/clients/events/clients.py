"""What happens to a client."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Changed, Event, Text

_CLIENT = {"client_id": "clients.client"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCreated(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CLIENT
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    sentence: ClassVar[Text] = _("added the client {name}")

    client_id: UUID
    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientChanged(Changed):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CLIENT
    sentence: ClassVar[Text] = _("changed the client")

    client_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOwnerAssigned(Event):
    """Who answers for the client now; `before` is empty where nobody did."""

    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CLIENT
    personal: ClassVar[frozenset[str]] = frozenset({"before", "after"})
    sentence: ClassVar[Text] = _("made {after} responsible")

    client_id: UUID
    owner_id: UUID
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOwnerCleared(Event):
    """Nobody in particular answers for the client now."""

    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CLIENT
    personal: ClassVar[frozenset[str]] = frozenset({"before"})
    sentence: ClassVar[Text] = _("left the client without a responsible person")

    client_id: UUID
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientActivated(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CLIENT
    sentence: ClassVar[Text] = _("set the client active")

    client_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientDeactivated(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CLIENT
    sentence: ClassVar[Text] = _("set the client inactive")

    client_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientArchived(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CLIENT
    sentence: ClassVar[Text] = _("archived the client")

    client_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientUnarchived(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CLIENT
    sentence: ClassVar[Text] = _("took the client out of the archive")

    client_id: UUID
