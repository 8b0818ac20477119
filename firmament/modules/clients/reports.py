"""Questions whose answers are plain rows: who may be responsible, what happened here, what a client's page shows."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firmament.kernel.ledger.events import Category
from firmament.kernel.ledger.models import Entry, EntryTarget
from firmament.kernel.ledger.timeline import ActivityRow, activity, describe
from firmament.kernel.policies import kernel_powers
from firmament.kernel.policies.authority import authority_of, holders_of
from firmament.kernel.policies.decide import allows, may
from firmament.kernel.policies.models import Wall
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.hooks import offered
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.links import link
from firmament.kernel.web.panels import PageTab
from firmament.kernel.wording.vocabulary import Term, declare_vocabulary
from firmament.modules.clients.models import Client, Contact
from firmament.modules.clients.policies import Can
from firmament.ui.shapes import Crumb, Tab
from firmament.ui.shell import Tone

CLIENT_TONES: dict[str, Tone] = {"active": "success", "inactive": "neutral", "archived": "neutral"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientHead:
    """What every tab of a client's page shows around its content (`clients/client_head.html`)."""

    client: Client
    tone: Tone
    crumbs: tuple[Crumb, ...]
    tabs: tuple[Tab, ...]
    may_edit: bool
    may_set: bool
    may_archive: bool
    may_delete: bool


def head_of(actor: Actor, client: Client, *, tab: str) -> ClientHead:
    """The head of a client's page with this tab open; "overview" and "activity" are this room's."""
    own = (
        PageTab(key="overview", label=_("Overview"), url=link("clients:client", pk=client.pk)),
        PageTab(key="activity", label=_("Activity"), url=link("clients:client_activity", pk=client.pk)),
    )
    theirs: list[PageTab | None] = [show(actor, client.pk) for show in offered("client_tabs")]
    may_set = allows(actor, Can.EDIT, client)
    return ClientHead(
        client=client,
        tone=CLIENT_TONES[client.state],
        crumbs=crumbs_to(client.pk, client.name)[:1],
        tabs=tuple(
            Tab(label=one.label, url=one.url, active=one.key == tab, count=one.count)
            for one in (*own, *theirs)
            if one is not None
        ),
        may_edit=may_set and not client.is_archived,
        may_set=may_set,
        may_archive=allows(actor, Can.ARCHIVE, client),
        may_delete=allows(actor, Can.DELETE, client),
    )


def crumbs_to(client_id: UUID, name: str) -> tuple[Crumb, ...]:
    """The way to a client's parts."""
    return (
        Crumb(label=_("Clients"), url=link("clients:client_list")),
        Crumb(label=name, url=link("clients:client", pk=client_id)),
    )


def possible_owners() -> "QuerySet[Membership]":
    """The members whose role lets them be responsible for clients, by name."""
    return holders_of(Can.OWN)


def owner_choices(actor: Actor) -> list[tuple[UUID, str]]:
    """The same, to choose from."""
    return list(possible_owners().values_list("pk", "user__name"))


def client_activity(
    actor: Actor, client: Client, *, limit: int = 30, before: datetime | None = None
) -> list[ActivityRow]:
    """What happened to a client and whatever hangs on it, newest first, as this actor may read it.

    Lines about an engagement behind one of the actor's walls are left out: the line would tell what the wall hides.
    """
    rows = activity("clients.client", client.pk, limit=limit, before=before)
    hidden = authority_of(actor).hidden_engagements
    if not hidden or not rows:
        return rows
    behind = set(
        EntryTarget.objects.filter(
            entry_id__in=[row.entry_id for row in rows], object_id__in=list(hidden)
        ).values_list("entry_id", flat=True)
    )
    return [row for row in rows if row.entry_id not in behind]


def standing_walls(actor: Actor, client: Client) -> list[tuple[Wall, str]]:
    """The walls before a client and its engagements that the actor may see, each with whom it keeps away."""
    if not may(actor, kernel_powers.Can.VIEW_WALLS):
        return []
    work = [pk for ids in offered("client_walls") for pk in ids(actor, client.pk)]
    rows = (
        Wall.objects.visible_to(actor)
        .standing()
        .filter(Q(client_id=client.pk) | Q(engagement_id__in=work))
        .select_related("membership__user", "team")
        .order_by("created_at", "pk")
    )
    return [(wall, str(wall.membership or wall.team)) for wall in rows]


def answered_for(membership_id: UUID) -> list[tuple[str, int, frozenset[UUID]]]:
    """What a member answers for, how much of it, and which members could take it over."""
    heirs = frozenset(possible_owners().values_list("pk", flat=True))
    owned = Client.objects.live().filter(owner_id=membership_id)
    return [(_("Clients"), owned.count(), heirs)]


def recent_changes(actor: Actor, *, limit: int = 10) -> list[ActivityRow]:
    """What people did lately to clients the actor may see, newest first, each line with the client's name.

    Looks at the newest entries only, so that its cost does not grow with the firm's history; fewer lines come back
    where most of those are behind walls.
    """
    entries = list(
        Entry.objects.filter(category__in=(Category.CLIENTS, Category.DOCUMENTS))
        .exclude(domain=Domain.SYSTEM)
        .order_by("-occurred_at", "-pk")[: limit * 4]
    )
    walled = authority_of(actor).hidden_engagements
    targets = EntryTarget.objects.filter(
        Q(kind="clients.client") | Q(object_id__in=walled), entry__in=[entry.pk for entry in entries]
    ).values_list("entry_id", "kind", "object_id")
    about = {entry_id: pk for entry_id, kind, pk in targets if kind == "clients.client"}
    behind = {entry_id for entry_id, _kind, pk in targets if pk in walled}
    names = dict(
        Client.objects.visible_to(actor).filter(pk__in=set(about.values())).values_list("pk", "name")
    )
    shown = [entry for entry in entries if about.get(entry.pk) in names and entry.pk not in behind][:limit]
    return [_named(row, names[about[row.entry_id]]) for row in describe(shown)]


def _named(row: ActivityRow, name: str) -> ActivityRow:
    return row if name in row.sentence else replace(row, sentence=f"{row.sentence} · {name}")


def client_words(actor: Actor, client_id: UUID) -> dict[str, str] | None:
    """What wordings may say of a client, as `client.name`; None where the actor may not see it."""
    for client in Client.objects.visible_to(actor).filter(pk=client_id).select_related("owner__user"):
        return {
            **{name: getattr(client, name) for name in ("name", "reference", "email", "phone", "vat_id")},
            "address": "\n".join(client.address),
            "owner": client.owner.user.name if client.owner else "",
        }
    return None


def contact_words(actor: Actor, contact_id: UUID) -> dict[str, str] | None:
    """What wordings may say of somebody at a client, as `contact.name`; None where the actor may not see them."""
    rows = Contact.objects.visible_to(actor).filter(pk=contact_id)
    return next(iter(rows.values("name", "email", "phone", "title")), None)


declare_vocabulary(
    "client",
    {
        "name": Term(label=gettext_lazy("The client’s name"), sample="Carla’s Bakery"),
        "reference": Term(label=gettext_lazy("Your reference for the client"), sample="HV-1001"),
        "email": Term(label=gettext_lazy("The client’s e-mail address"), sample="office@bakery.example"),
        "phone": Term(label=gettext_lazy("The client’s telephone number"), sample="+49 30 901820"),
        "vat_id": Term(label=gettext_lazy("The client’s VAT number"), sample="DE129273398"),
        "address": Term(
            label=gettext_lazy("The client’s address, line by line"), sample="Baker Street 1\n10115 Berlin"
        ),
        "owner": Term(label=gettext_lazy("Who answers for the client"), sample="Alice Ahearn"),
    },
)
declare_vocabulary(
    "contact",
    {
        "name": Term(label=gettext_lazy("The contact’s name"), sample="Carla Conti"),
        "email": Term(label=gettext_lazy("The contact’s e-mail address"), sample="carla@bakery.example"),
        "phone": Term(label=gettext_lazy("The contact’s telephone number"), sample="+49 30 901821"),
        "title": Term(label=gettext_lazy("What the contact does there"), sample="Owner"),
    },
)
