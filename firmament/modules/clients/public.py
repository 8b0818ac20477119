"""What other rooms may ask about clients. Ids in, frozen facts out; only `visible_…` asks what the actor may see.

A room shows a panel on the client's page by naming, in its AppConfig, dotted functions
`(actor, client_id) -> ClientPanel | None` as `client_panels`: clients requires no room, so it imports none.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from uuid import UUID

from django.db.models import QuerySet

from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import now
from firmament.modules.clients.models import Client, Contact, Engagement
from firmament.modules.clients.reports import client_ids_of_owner, recent_changes

__all__ = ["client_ids_of_owner", "recent_changes"]


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
    client_id: UUID
    name: str
    email: str
    title: str
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
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientPanel:
    """Another room's part of the client's page: what stands in a panel of this title, and the template's values."""

    title: str
    template: str
    context: Mapping[str, object] = field(default_factory=dict)
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
    rows = Client.objects.visible_to(actor).exclude(state=Client.State.ARCHIVED)
    return list(_cards(rows.matching(text).order_by("name_folded", "pk")[:limit]).values())


def portal_clients(user_id: UUID) -> list[ClientCard]:
    """The clients a person acts for in the portal now, by name: what the account switcher offers."""
    grants = PortalGrant.objects.in_force(at=now()).filter(user_id=user_id).values("client_id")
    return list(_cards(Client.objects.live().filter(pk__in=grants).order_by("name_folded", "pk")).values())


def portal_people(client_id: UUID, *, scope: str | None = None) -> list[PortalPerson]:
    """Who may use the portal for this client now (with `scope`, where one is given), by name."""
    live = Client.objects.live().filter(pk=client_id).values("pk")
    grants = PortalGrant.objects.in_force(at=now()).filter(client_id__in=live, user__is_active=True)
    return [
        PortalPerson(
            user_id=grant.user_id,
            name=grant.user.name,
            email=grant.user.email,
            locale=grant.user.locale,
            timezone=grant.user.timezone,
            scopes=frozenset(grant.scopes),
        )
        for grant in grants.select_related("user").order_by("user__name", "pk")
        if scope is None or scope in grant.scopes
    ]


def primary_contact(client_id: UUID) -> ContactCard | None:
    """Whom the firm writes to first; None where nobody is."""
    row = Contact.objects.filter(client_id=client_id, primary=True)
    return next((ContactCard(**found) for found in row.values(*_names(ContactCard))), None)


def engagement_cards(actor: Actor, client_id: UUID) -> list[EngagementCard]:
    """The open engagements of a client that the actor may see, newest first."""
    rows = Engagement.objects.visible_to(actor).open().filter(client_id=client_id)
    found = rows.order_by("-created_at", "-pk").values(*_names(EngagementCard))
    return [EngagementCard(**row) for row in found]


def engagement_card(engagement_id: UUID) -> EngagementCard:
    """One engagement; LookupError when there is none."""
    for row in Engagement.objects.filter(pk=engagement_id).values(*_names(EngagementCard)):
        return EngagementCard(**row)
    raise LookupError(f"no engagement {engagement_id}")


def _names(card: type) -> list[str]:
    return [field.name for field in fields(card)]


def _cards(rows: "QuerySet[Client]") -> dict[UUID, ClientCard]:
    return {row["id"]: ClientCard(**row) for row in rows.values(*_names(ClientCard))}
