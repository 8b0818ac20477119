"""What other rooms may show of who may do what."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from firmament.kernel.tenancy.actor import Actor
from firmament.modules.access.reports.walls import walls_for


@dataclass(frozen=True, slots=True, kw_only=True)
class WallCard:
    """A standing wall in words. `subject` is empty where the reader may not see what it stands before."""

    id: UUID
    who: str
    by_team: bool
    subject: str
    reason: str
    raised_at: datetime


def walls_about(
    actor: Actor, *, member_id: UUID | None = None, team_id: UUID | None = None
) -> tuple[WallCard, ...]:
    """The walls a member stands behind, also by a team, or those of a team; as far as the reader may see them."""
    return tuple(
        WallCard(
            id=line.wall.pk,
            who=line.who,
            by_team=line.wall.team_id is not None,
            subject=line.subject,
            reason=line.wall.reason,
            raised_at=line.wall.created_at,
        )
        for line in walls_for(actor, member_id=member_id, team_id=team_id)
    )
