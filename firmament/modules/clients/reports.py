"""Questions whose answers are plain rows: who may be responsible, what happened here, what leans on a client."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from firmament.kernel.ledger.models import EntryTarget
from firmament.kernel.ledger.timeline import ActivityRow, activity
from firmament.kernel.policies import kernel_powers
from firmament.kernel.policies.authority import authority_of
from firmament.kernel.policies.decide import may
from firmament.kernel.policies.models import RoleAssignment, RolePower, Wall
from firmament.kernel.tenancy.actor import Actor
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
