"""What happened to messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Event, Outcome, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageQueued(Event):
    """A message is to go out; the job that carries it follows."""

    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = {
        "delivery_id": "messages.delivery",
        "client_id": "clients.client",
    }
    personal: ClassVar[frozenset[str]] = frozenset({"recipient"})
    sentence: ClassVar[Text] = _("queued the message “{wording}” to {recipient}")

    delivery_id: UUID
    client_id: UUID | None
    wording: str
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent(Event):
    """The other side accepted a message."""

    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = {
        "delivery_id": "messages.delivery",
        "client_id": "clients.client",
    }
    personal: ClassVar[frozenset[str]] = frozenset({"recipient", "subject"})
    sentence: ClassVar[Text] = _("sent “{subject}” to {recipient}")

    delivery_id: UUID
    client_id: UUID | None
    recipient: str
    subject: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFailed(Event):
    """A message could not be sent, and will not be tried again by itself."""

    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = {
        "delivery_id": "messages.delivery",
        "client_id": "clients.client",
    }
    ends_as: ClassVar[Outcome] = Outcome.FAILED
    personal: ClassVar[frozenset[str]] = frozenset({"recipient", "reason"})
    sentence: ClassVar[Text] = _("could not send “{wording}” to {recipient}: {reason}")

    delivery_id: UUID
    client_id: UUID | None
    wording: str
    recipient: str
    reason: str
