"""Teams with their people, and what being in one means."""

from dataclasses import dataclass
from uuid import UUID

from firmament.kernel.ledger.models import Entry
from firmament.kernel.ledger.timeline import ActivityRow, activity
from firmament.kernel.policies.decide import may
from firmament.kernel.policies.gains import Gain, gains
from firmament.kernel.policies.kernel_powers import Can as Powers
from firmament.kernel.policies.models import Team, TeamMember
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.modules.access.public import WallCard, walls_about


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamLine:
    """A team and who is in it, by name."""

    team: Team
    members: tuple[Membership, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamFacts:
    """What a team's page shows beside its people. What the reader may not see is empty."""

    gains: tuple[Gain, ...]
    walls: tuple[WallCard, ...]
    history: tuple[ActivityRow, ...]


def teams_for(actor: Actor, *, archived: bool = False) -> list[TeamLine]:
    """Every team that stands, or that does not, by name, in two queries."""
    inside: dict[UUID, list[Membership]] = {}
    places = TeamMember.objects.visible_to(actor).select_related("membership__user")
    for place in places.order_by("membership__user__name", "pk"):
        inside.setdefault(place.team_id, []).append(place.membership)
    rows = Team.objects.visible_to(actor).filter(archived_at__isnull=not archived)
    return [
        TeamLine(team=team, members=tuple(inside.get(team.pk, ()))) for team in rows.order_by("name", "pk")
    ]


def members_of(actor: Actor, team: Team) -> tuple[Membership, ...]:
    """Who is in a team, by name."""
    places = TeamMember.objects.visible_to(actor).filter(team=team).select_related("membership__user")
    return tuple(place.membership for place in places.order_by("membership__user__name", "pk"))


def team_facts(actor: Actor, team: Team) -> TeamFacts:
    """What is shared with it, which walls stand against it, and what happened to it."""
    return TeamFacts(
        gains=gains(team) if may(actor, Powers.MANAGE_TEAMS) else (),
        walls=walls_about(actor, team_id=team.pk),
        history=tuple(activity("policies.team", team.pk, limit=12)) if may(actor, Entry.view_power) else (),
    )
