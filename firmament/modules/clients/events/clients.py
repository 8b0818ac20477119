"""What happens to a client."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Changed, Event, Text

_CLIENT = {"client_id": "clients.client"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutClient(Event):
    """Everything here is about one client."""

    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CLIENT

    client_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCreated(AboutClient):
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    sentence: ClassVar[Text] = _("added the client {name}")

    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientChanged(Changed):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CLIENT
    sentence: ClassVar[Text] = _("changed the client")

    client_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOwnerAssigned(AboutClient):
    """Who answers for the client now; `before` is empty where nobody did."""

    personal: ClassVar[frozenset[str]] = frozenset({"before", "after"})
    sentence: ClassVar[Text] = _("made {after} responsible")

    owner_id: UUID
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOwnerCleared(AboutClient):
    """Nobody in particular answers for the client now."""

    personal: ClassVar[frozenset[str]] = frozenset({"before"})
    sentence: ClassVar[Text] = _("left the client without a responsible person")

    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientActivated(AboutClient):
    sentence: ClassVar[Text] = _("set the client active")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientDeactivated(AboutClient):
    sentence: ClassVar[Text] = _("set the client inactive")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientArchived(AboutClient):
    sentence: ClassVar[Text] = _("archived the client")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientUnarchived(AboutClient):
    sentence: ClassVar[Text] = _("took the client out of the archive")
