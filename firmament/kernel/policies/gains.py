"""What being in a team gives: the rows that somebody sees through it and would not see without."""

from dataclasses import dataclass, replace
from typing import Any

from django.apps import apps
from django.db import models

from firmament.kernel.policies.authority import Authority, authority_of
from firmament.kernel.policies.compile import both, condition, contrary, outside_walls
from firmament.kernel.policies.models import Team
from firmament.kernel.policies.powers import Declaration, declaration
from firmament.kernel.policies.rules import InTeam, Rule, atoms
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.models import FirmModel, Membership
from firmament.kernel.tenancy.transaction import current_firm_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """So many things of one kind; `what` is their name in the right number."""

    what: str
    count: int


def gains(team: Team, member: Membership | None = None) -> tuple[Gain, ...]:
    """What the team gives this member; without one, what it gives somebody who has nothing else.

    The rules that decide are the ones that are asked, so a room whose rule says `in_team` is counted by itself, and
    one that shares otherwise is not. One query for each kind of thing that can be shared with a team.
    """
    authority = _stranger() if member is None else authority_of(Actor.of_staff(member, roles=()))
    found = []
    for model, declared, rule in _shared_kinds():
        power = declared.power
        if power in authority.torn:
            continue
        if member is None:
            authority = replace(authority, powers={power: ()})
        count = _rows(model, rule, power, authority, team).count()
        if count:
            names = model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural
            found.append(Gain(what=str(names), count=count))
    return tuple(found)


def _stranger() -> Authority:
    return Authority(actor=Actor(domain=Domain.STAFF, firm_id=current_firm_id()), live=True)


def _shared_kinds() -> list[tuple[type[FirmModel], Declaration, Rule]]:
    """Models whose own view power can be held through a team, in the order of the rooms."""
    found = []
    for model in apps.get_models():
        power = getattr(model, "view_power", "")
        if not power or not issubclass(model, FirmModel):
            continue
        declared = declaration(power)
        if declared.prefix(model._meta.label_lower) != "" or declared.staff is None:
            continue
        if any(isinstance(atom, InTeam) for atom in atoms(declared.staff)):
            found.append((model, declared, declared.staff))
    return found


def _rows(
    model: type[FirmModel], rule: Rule, power: str, authority: Authority, team: Team
) -> "models.QuerySet[Any]":
    inside = replace(authority, team_ids=authority.team_ids | {team.pk})
    outside = replace(authority, team_ids=authority.team_ids - {team.pk})
    sees = both(
        [
            outside_walls(model, authority),
            condition(rule, inside, power, model),
            contrary(condition(rule, outside, power, model)),
        ]
    )
    rows: Any = model._default_manager.all()
    # A room whose rows have an archive or a bin says `standing`; what lies there is no gain.
    standing = rows.standing() if hasattr(rows, "standing") else rows
    if isinstance(sees, models.Q):
        return standing.filter(sees)
    return standing if sees else standing.none()
