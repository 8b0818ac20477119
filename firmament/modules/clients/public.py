"""What other rooms may ask about clients. Ids in, frozen facts out; only `visible_…` asks what the actor may see.

The panels of other rooms on the client's page are named by their AppConfig, since clients requires no room:
`client_panels = ("firmament.modules.documents.public.client_panel",)`, each a function
`(actor, client_id) -> ClientPanel | None`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from firmament.kernel.identity.models import User
from firmament.kernel.ledger.events import Category
from firmament.kernel.ledger.models import EntryTarget
from firmament.kernel.ledger.timeline import ActivityRow, describe
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.lib.instant import now
from firmament.modules.clients.models import Client, Contact, Engagement


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
    """A piece of agreed work in a few words. `lead_id` is a membership."""

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


def panels_of(actor: Actor, client_id: UUID) -> list[ClientPanel]:
    """What the other rooms show on a client's page to this reader, in their order."""
    found = []
    for config in apps.get_app_configs():
        for place in getattr(config, "client_panels", ()):
            panel: ClientPanel | None = import_string(place)(actor, client_id)
            if panel is not None:
                found.append(panel)
    return sorted(found, key=lambda panel: panel.order)


def client_card(client_id: UUID) -> ClientCard:
    """One client, in the bin or not; LookupError when there is none."""
    cards = client_cards([client_id])
    if client_id not in cards:
        raise LookupError(f"no client {client_id}")
    return cards[client_id]


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


def client_ids_of_owner(membership_id: UUID) -> frozenset[UUID]:
    """The clients a member of the firm is responsible for."""
    return frozenset(Client.objects.live().filter(owner_id=membership_id).values_list("pk", flat=True))


def portal_clients(user_id: UUID) -> list[ClientCard]:
    """The clients a person acts for in the portal now, by name: what the account switcher offers."""
    grants = PortalGrant.objects.in_force(at=now()).filter(user_id=user_id).values("client_id")
    return list(_cards(Client.objects.live().filter(pk__in=grants).order_by("name_folded", "pk")).values())


def portal_people(client_id: UUID, *, scope: str | None = None) -> list[PortalPerson]:
    """Who may use the portal for this client now (with `scope`, where one is given), by name."""
    found = []
    grants = PortalGrant.objects.in_force(at=now()).filter(client_id=client_id, user__is_active=True)
    live = Client.objects.live().filter(pk=client_id)
    for grant in grants.filter(client_id__in=live.values("pk")).select_related("user").order_by("user__name"):
        if scope is None or scope in grant.scopes:
            user: User = grant.user
            found.append(
                PortalPerson(
                    user_id=user.pk,
                    name=user.name,
                    email=user.email,
                    locale=user.locale,
                    timezone=user.timezone,
                    scopes=frozenset(grant.scopes),
                )
            )
    return found


def primary_contact(client_id: UUID) -> ContactCard | None:
    """Whom the firm writes to first; None where nobody is."""
    row = Contact.objects.filter(client_id=client_id, primary=True).first()
    return _contact_card(row) if row else None


def contact_cards(client_id: UUID) -> list[ContactCard]:
    """Everybody who works there now, the primary contact first."""
    return [_contact_card(row) for row in Contact.objects.of(client_id).active()]


def engagement_cards(actor: Actor, client_id: UUID) -> list[EngagementCard]:
    """The open engagements of a client that the actor may see, newest first."""
    rows = Engagement.objects.visible_to(actor).open().filter(client_id=client_id)
    return [_engagement_card(row) for row in rows.order_by("-created_at", "-pk")]


def engagement_card(engagement_id: UUID) -> EngagementCard:
    """One engagement; LookupError when there is none."""
    row = Engagement.objects.filter(pk=engagement_id).first()
    if row is None:
        raise LookupError(f"no engagement {engagement_id}")
    return _engagement_card(row)


def recent_changes(actor: Actor, *, limit: int) -> list[ActivityRow]:
    """What people last did for the clients the actor may see, newest first."""
    rows = EntryTarget.objects.filter(
        kind=Client._meta.label_lower,
        object_id__in=Client.objects.visible_to(actor).values("pk"),
        entry__category__in=(Category.CLIENTS, Category.DOCUMENTS),
    )
    # The house's own steps (a scan, a reminder), and a file's own line beside "handed in", would drown the people.
    rows = rows.exclude(entry__domain=Domain.SYSTEM).exclude(entry__code__startswith="files.")
    newest = rows.select_related("entry").order_by("-occurred_at", "-entry_id")[:limit]
    return describe([target.entry for target in newest])


def _cards(rows: "QuerySet[Client]") -> dict[UUID, ClientCard]:
    names = ("id", "name", "reference", "kind", "state", "email", "owner_id")
    return {row["id"]: ClientCard(**row) for row in rows.values(*names)}


def _contact_card(row: Contact) -> ContactCard:
    return ContactCard(
        id=row.pk,
        client_id=row.client_id,
        name=row.name,
        email=row.email,
        title=row.title,
        user_id=row.user_id,
    )


def _engagement_card(row: Engagement) -> EngagementCard:
    return EngagementCard(
        id=row.pk, client_id=row.client_id, title=row.title, state=row.state, lead_id=row.lead_id
    )
