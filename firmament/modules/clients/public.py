"""What other rooms may ask about clients: ids in, frozen facts out; with an actor, only what that actor may see.

A room's AppConfig names functions `(actor, client_id) -> ClientPanel | None` as `client_panels`, for the client's page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import F, QuerySet

from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import now
from firmament.modules.clients.models import Client, Contact, Engagement
from firmament.modules.clients.reports import answered_for as answered_for
from firmament.modules.clients.reports import recent_changes as recent_changes

Card = TypeVar("Card", "ClientCard", "ContactCard", "EngagementCard")


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
class EngagementCard:
    """A piece of agreed work. `lead_id` is a membership."""

    id: UUID
    client_id: UUID
    title: str
    state: str
    lead_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalPerson:
    """A person who may use the portal for a client now, as mail needs them."""

    user_id: UUID
    name: str
    email: str
    locale: str
    timezone: str
    scopes: Collection[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientPanel:
    """Another room's part of the client's page: what stands in a panel of this title, and the template's values."""

    title: str
    template: str
    context: Mapping[str, object]
    order: int = 0


def client_card(client_id: UUID) -> ClientCard:
    """One client, in the bin or not; LookupError when there is none."""
    return client_cards([client_id])[client_id]


def client_cards(client_ids: Collection[UUID]) -> dict[UUID, ClientCard]:
    """Several at once, for lists; an id that names nothing is left out."""
    return _cards(Client.objects.filter(pk__in=client_ids))


def visible_client(actor: Actor, client_id: UUID) -> ClientCard | None:
    """The client if the actor may see it, as anything that hangs on it should ask first."""
    return _cards(Client.objects.visible_to(actor).filter(pk=client_id)).get(client_id)


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


def engagement_cards(actor: Actor, client_id: UUID) -> list[EngagementCard]:
    """The open engagements of a client that the actor may see, newest first."""
    rows = Engagement.objects.visible_to(actor).open().order_by("-created_at", "-pk")
    return _read(EngagementCard, rows.filter(client_id=client_id))


def find_engagements(actor: Actor, text: str = "", *, limit: int = 20) -> list[EngagementCard]:
    """Open engagements to choose from: those the actor may see, by title."""
    rows = Engagement.objects.visible_to(actor).open().filter(title__icontains=text.strip())
    return _read(EngagementCard, rows.order_by("title", "pk")[:limit])


def visible_engagement(actor: Actor, engagement_id: UUID) -> EngagementCard | None:
    """One engagement, if there is one that the actor may see."""
    rows = Engagement.objects.visible_to(actor).filter(pk=engagement_id)
    return next(iter(_read(EngagementCard, rows)), None)


def _cards(rows: "QuerySet[Client]") -> dict[UUID, ClientCard]:
    return {card.id: card for card in _read(ClientCard, rows)}


def _read(card: type[Card], rows: "QuerySet[Any]") -> list[Card]:
    return [card(**row) for row in rows.values(*(field.name for field in fields(card)))]
