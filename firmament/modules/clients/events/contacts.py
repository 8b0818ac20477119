"""What happens to a client's people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Changed, Event, Text

_CONTACT = {"client_id": "clients.client", "contact_id": "clients.contact"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutContact(Event):
    """Everything here is about one person at one client."""

    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _CONTACT
    personal: ClassVar[frozenset[str]] = frozenset({"name"})

    client_id: UUID
    contact_id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactAdded(AboutContact):
    sentence: ClassVar[Text] = _("added the contact {name}")


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
class ContactMadePrimary(AboutContact):
    sentence: ClassVar[Text] = _("made {name} the primary contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLeft(AboutContact):
    sentence: ClassVar[Text] = _("noted that {name} has left")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactReturned(AboutContact):
    sentence: ClassVar[Text] = _("noted that {name} is back")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRemoved(AboutContact):
    sentence: ClassVar[Text] = _("removed the contact {name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLinked(AboutContact):
    sentence: ClassVar[Text] = _("connected the contact {name} with their portal account")

    user_id: UUID
