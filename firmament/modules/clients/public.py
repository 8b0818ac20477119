"""What other rooms may ask about clients: ids in, frozen facts out; with an actor, only what that actor may see.

What a room's AppConfig may name, each a tuple of dotted paths:

- `client_panels`, `client_tabs`: `(actor, client_id) -> Panel | None`, `… -> PageTab | None` (kernel.web.panels), on the client's page, where
  contacts stand at order 1;
- `client_walls`: `(actor, client_id) -> Collection[UUID]`, the work there that walls can stand before;
- `client_archiving`: `(client_id) -> str | None`, in words why a client cannot be archived yet;
- `client_purging`: `(client_id) -> None`, deletes what goes with a client, in the transaction in which it is purged.
"""

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import F, QuerySet

from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import now
from firmament.modules.clients.actions.clients import may_own as may_own
from firmament.modules.clients.actions.clients import refuse_archived as _refuse_archived
from firmament.modules.clients.models import Client, Contact
from firmament.modules.clients.reports import ClientHead as ClientHead
from firmament.modules.clients.reports import answered_for as answered_for
from firmament.modules.clients.reports import client_words as client_words
from firmament.modules.clients.reports import contact_words as contact_words
from firmament.modules.clients.reports import crumbs_to as crumbs_to
from firmament.modules.clients.reports import head_of
from firmament.modules.clients.reports import owner_choices as owner_choices
from firmament.modules.clients.reports import possible_owners as possible_owners
from firmament.modules.clients.reports import recent_changes as recent_changes

Card = TypeVar("Card", "ClientCard", "ContactCard")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCard:
    """A client in a few words. `owner_id` is a membership."""

    id: UUID
    name: str
    reference: str
    kind: str
    state: str
    email: str
    owner_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCard:
    """Somebody at a client; `user_id` where they have an account in the portal."""

    id: UUID
    name: str
    email: str
    user_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalPerson:
    """A person who may use the portal for a client now, as mail needs them."""

    user_id: UUID
    name: str
    email: str
    locale: str
    timezone: str
    scopes: Collection[str]


def client_card(client_id: UUID) -> ClientCard:
    """One client, in the bin or not; LookupError when there is none."""
    return client_cards([client_id])[client_id]


def client_cards(client_ids: Collection[UUID]) -> dict[UUID, ClientCard]:
    """Several at once, for lists; an id that names nothing is left out."""
    return _cards(Client.objects.filter(pk__in=client_ids))


def visible_client(actor: Actor, client_id: UUID) -> ClientCard | None:
    """The client if the actor may see it, as anything that hangs on it should ask first."""
    return _cards(Client.objects.visible_to(actor).filter(pk=client_id)).get(client_id)


def client_head(actor: Actor, client_id: UUID, *, tab: str) -> ClientHead | None:
    """The head of the client's page for another room's tab of this key; None where the actor may not see the client."""
    rows = Client.objects.visible_to(actor).filter(pk=client_id)
    return next((head_of(actor, client, tab=tab) for client in rows), None)


def refuse_archived(client_id: UUID) -> None:
    """ValidationError where the client is in the archive, which is not written to."""
    _refuse_archived(Client.objects.get(pk=client_id))


def find_clients(actor: Actor, text: str = "", *, limit: int = 20) -> list[ClientCard]:
    """Clients to choose from: those the actor may see and that are not archived, by name."""
    rows = Client.objects.visible_to(actor).exclude(state=Client.State.ARCHIVED).matching(text)
    return list(_cards(rows.order_by("name_folded", "pk")[:limit]).values())


def portal_clients(user_id: UUID) -> list[ClientCard]:
    """The clients a person acts for in the portal now, by name: what the account switcher offers."""
    grants = PortalGrant.objects.in_force(at=now()).filter(user_id=user_id).values("client_id")
    return list(_cards(Client.objects.live().filter(pk__in=grants).order_by("name_folded", "pk")).values())


def portal_people(client_id: UUID, *, scope: str | None = None) -> list[PortalPerson]:
    """Who may use the portal for this client now (with `scope`, where one is given), by name."""
    live = Client.objects.live().filter(pk=client_id).values("pk")
    grants = PortalGrant.objects.in_force(at=now()).filter(client_id__in=live, user__is_active=True)
    found = grants.order_by("user__name", "pk").values(
        "user_id",
        "scopes",
        name=F("user__name"),
        email=F("user__email"),
        locale=F("user__locale"),
        timezone=F("user__timezone"),
    )
    return [PortalPerson(**person) for person in found if scope is None or scope in person["scopes"]]


def primary_contact(client_id: UUID) -> ContactCard | None:
    """Whom the firm writes to first; None where nobody is."""
    return next(iter(_read(ContactCard, Contact.objects.filter(client_id=client_id, primary=True))), None)


def find_contacts(actor: Actor, text: str, client_id: UUID | None, *, limit: int = 20) -> list[ContactCard]:
    """People at clients to choose from: active ones that the actor may see, the primary ones first, then by name."""
    rows = Contact.objects.visible_to(actor).active().filter(name__icontains=text.strip())
    if client_id:
        rows = rows.filter(client_id=client_id)
    return _read(ContactCard, rows.order_by("-primary", "name", "pk")[:limit])


def contacts_without_account(actor: Actor, client_id: UUID) -> list[ContactCard]:
    """Who at a client could be invited into the portal: active, with an address, and without an account."""
    rows = Contact.objects.visible_to(actor).active().of(client_id).filter(user__isnull=True)
    return _read(ContactCard, rows.exclude(email=""))


def _cards(rows: "QuerySet[Client]") -> dict[UUID, ClientCard]:
    return {card.id: card for card in _read(ClientCard, rows)}


def _read(card: type[Card], rows: "QuerySet[Any]") -> list[Card]:
    return [card(**row) for row in rows.values(*(field.name for field in fields(card)))]
