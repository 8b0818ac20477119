"""Walls that stand, in words."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from firmament.kernel.policies.decide import may
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.models import TeamMember, Wall
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import now
from firmament.modules.access.reports.subjects import wall_subjects

SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class WallLine:
    """A wall in words: who is kept from what."""

    wall: Wall
    who: str
    subject: str

    @property
    def in_words(self) -> str:
        """Who is kept from what, and why; where two walls look alike, why they stand tells them apart."""
        said = _("%(who)s is kept from %(subject)s: %(reason)s")
        return said % {
            "who": self.who,
            "subject": self.subject,
            "reason": Truncator(self.wall.reason).chars(160),
        }

    @property
    def due(self) -> bool:
        """Whether the day has come, or comes within two weeks, to look at it again."""
        return self.wall.review_on is not None and self.wall.review_on <= now().date() + SOON


def walls_for(actor: Actor, *, member_id: UUID | None = None, team_id: UUID | None = None) -> list[WallLine]:
    """Standing walls the reader may see: all of them, a team's, or those a member stands behind, also by a team."""
    if not may(actor, Can.VIEW_WALLS):
        return []
    rows = Wall.objects.visible_to(actor).standing().select_related("membership__user", "team")
    if team_id is not None:
        rows = rows.filter(team_id=team_id)
    if member_id is not None:
        teams = TeamMember.objects.filter(membership_id=member_id).values("team_id")
        rows = rows.filter(Q(membership_id=member_id) | Q(team_id__in=teams))
    found = list(rows.order_by("-created_at", "-pk"))
    subjects = wall_subjects(actor, found)
    return [
        WallLine(wall=wall, who=str(wall.membership or wall.team), subject=subjects[wall.pk])
        for wall in found
    ]
