"""Questions whose answers are plain rows: who may be responsible, what happened here, what leans on a client."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from firmament.kernel.ledger.events import Category
from firmament.kernel.ledger.models import Entry, EntryTarget
from firmament.kernel.ledger.timeline import ActivityRow, activity, describe
from firmament.kernel.policies import kernel_powers
from firmament.kernel.policies.authority import authority_of
from firmament.kernel.policies.decide import may
from firmament.kernel.policies.models import RoleAssignment, RolePower, Wall
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.models import Membership
from firmament.modules.clients.models import Client, Engagement
from firmament.modules.clients.policies import Can


def possible_owners() -> "QuerySet[Membership]":
    """The members whose role lets them be responsible for clients, by name."""
    roles = RolePower.objects.filter(power=Can.OWN).values("role")
    holders = RoleAssignment.objects.filter(role__in=roles).values("membership")
    return (
        Membership.objects.filter(pk__in=holders, state=Membership.State.ACTIVE)
        .select_related("user")
        .order_by("user__name", "pk")
    )


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
    hidden = authority_of(actor).walled_engagements
    if not hidden or not rows:
        return rows
    behind = set(
        EntryTarget.objects.filter(
            entry_id__in=[row.entry_id for row in rows],
            kind="clients.engagement",
            object_id__in=list(hidden),
        ).values_list("entry_id", flat=True)
    )
    return [row for row in rows if row.entry_id not in behind]


def standing_walls(actor: Actor, client: Client) -> list[tuple[Wall, str]]:
    """The walls before a client and its engagements that the actor may see, each with whom it keeps away."""
    if not may(actor, kernel_powers.Can.VIEW_WALLS):
        return []
    engagements = Engagement.objects.visible_to(actor).filter(client=client).values("pk")
    rows = (
        Wall.objects.visible_to(actor)
        .standing()
        .filter(Q(client_id=client.pk) | Q(engagement_id__in=engagements))
        .select_related("membership__user", "team")
        .order_by("created_at", "pk")
    )
    return [(wall, str(wall.membership or wall.team)) for wall in rows]


def answered_for(membership_id: UUID) -> list[tuple[str, int, frozenset[UUID]]]:
    """What a member answers for, how much of it, and which members could take it over."""
    heirs = frozenset(possible_owners().values_list("pk", flat=True))
    owned = Client.objects.live().filter(owner_id=membership_id)
    led = Engagement.objects.open().filter(lead_id=membership_id, client__deleted_at__isnull=True)
    return [(_("Clients"), owned.count(), heirs), (_("Engagements"), led.count(), heirs)]


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
    targets = EntryTarget.objects.filter(
        entry__in=[entry.pk for entry in entries], kind__in=("clients.client", "clients.engagement")
    ).values_list("entry_id", "kind", "object_id")
    about = {entry_id: pk for entry_id, kind, pk in targets if kind == "clients.client"}
    walled = authority_of(actor).walled_engagements
    behind = {entry_id for entry_id, _kind, pk in targets if pk in walled}
    names = dict(
        Client.objects.visible_to(actor).filter(pk__in=set(about.values())).values_list("pk", "name")
    )
    shown = [entry for entry in entries if about.get(entry.pk) in names and entry.pk not in behind][:limit]
    return [_named(row, names[about[row.entry_id]]) for row in describe(shown)]


def _named(row: ActivityRow, name: str) -> ActivityRow:
    return row if name in row.sentence else replace(row, sentence=f"{row.sentence} · {name}")
