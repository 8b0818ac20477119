"""What other rooms may show of who may do what."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from firmament.kernel.tenancy.actor import Actor
from firmament.modules.access.reports import duties
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyBreach:
    """Somebody who has both powers and is not exempt: their name, and for each power where it comes from."""

    membership_id: UUID
    name: str
    paths: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyExemption:
    """An exception that counts now."""

    id: UUID
    membership_id: UUID
    name: str
    granted_by: str
    reason: str
    granted_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRow:
    """A pair of powers that are kept apart, in words. `in_force` is False while it waits for those who have both."""

    id: UUID
    first: str
    second: str
    kind: str
    how: str
    reason: str
    in_force: bool
    declared_at: datetime
    breaches: tuple[DutyBreach, ...]
    exemptions: tuple[DutyExemption, ...]
    refused: int


def duty_register(actor: Actor) -> tuple[DutyRow, ...]:
    """Every pair that stands, as far as the reader may see them; nothing for who may not."""
    return tuple(_row(line) for line in duties.duty_lines(duties.every_pair(actor)))


def _row(line: duties.DutyLine) -> DutyRow:
    pair = line.pair
    return DutyRow(
        id=pair.pk,
        first=line.first,
        second=line.second,
        kind=pair.kind,
        how=str(pair.get_kind_display()),
        reason=pair.reason,
        in_force=not line.waits,
        declared_at=pair.created_at,
        breaches=tuple(
            DutyBreach(membership_id=one.member.pk, name=one.member.user.name, paths=one.paths)
            for one in line.breaches
        ),
        exemptions=tuple(
            DutyExemption(
                id=one.pk,
                membership_id=one.membership_id,
                name=one.membership.user.name,
                granted_by=one.granted_by.user.name,
                reason=one.reason,
                granted_at=one.created_at,
                ends_at=one.ends_at,
            )
            for one in line.exempt
        ),
        refused=line.refused,
    )
