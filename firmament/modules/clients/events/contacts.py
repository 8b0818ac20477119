"""What happens to a client's people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Changed, Event, Text

_CONTACT = {"client_id": "clients.client", "contact_id": "clients.contact"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactAdded(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CONTACT
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    sentence: ClassVar[Text] = _("added the contact {name}")

    client_id: UUID
    contact_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChanged(Changed):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CONTACT
    personal: ClassVar[frozenset[str]] = frozenset({"name", "changes"})
    sentence: ClassVar[Text] = _("changed the contact {name}")

    client_id: UUID
    contact_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMadePrimary(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CONTACT
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    sentence: ClassVar[Text] = _("made {name} the primary contact")

    client_id: UUID
    contact_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLeft(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CONTACT
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    sentence: ClassVar[Text] = _("noted that {name} has left")

    client_id: UUID
    contact_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactReturned(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CONTACT
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    sentence: ClassVar[Text] = _("noted that {name} is back")

    client_id: UUID
    contact_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRemoved(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CONTACT
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    sentence: ClassVar[Text] = _("removed the contact {name}")

    client_id: UUID
    contact_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLinked(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CONTACT
    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    sentence: ClassVar[Text] = _("connected the contact {name} with their portal account")

    client_id: UUID
    contact_id: UUID
    user_id: UUID
    name: str
