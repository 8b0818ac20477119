"""Teams with their people."""

from dataclasses import dataclass
from uuid import UUID

from firmament.kernel.policies.models import Team, TeamMember
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamLine:
    """A team and who is in it, by name."""

    team: Team
    members: tuple[Membership, ...]


def teams_for(actor: Actor) -> list[TeamLine]:
    """Every team, by name, in two queries."""
    inside: dict[UUID, list[Membership]] = {}
    places = TeamMember.objects.visible_to(actor).select_related("membership__user")
    for place in places.order_by("membership__user__name", "pk"):
        inside.setdefault(place.team_id, []).append(place.membership)
    return [
        TeamLine(team=team, members=tuple(inside.get(team.pk, ())))
        for team in Team.objects.visible_to(actor).order_by("name")
    ]
