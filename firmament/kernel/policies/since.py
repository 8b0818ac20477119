"""Since when somebody has had a path to a thing, as far as the firm's own rows tell.

A role counts from when it was given and carried the power, a team and a grant from when the person came into it, an
assignment from its row. Of a plain field that names somebody only a regulated table tells since when; what nothing tells
is not made up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from firmament.kernel.ledger.models import RowChange
from firmament.kernel.policies.authority import Authority
from firmament.kernel.policies.compile import demand, located, truth
from firmament.kernel.policies.fields import Subject, resolve
from firmament.kernel.policies.models import PortalGrant, RoleAssignment, RolePower, TeamMember
from firmament.kernel.policies.powers import Declaration
from firmament.kernel.policies.rules import (
    AllOf,
    AnyOf,
    Assigned,
    ClassificationAtMost,
    ClientGranted,
    Everyone,
    FieldIs,
    HasRole,
    HasScope,
    InTeam,
    Not,
    Owns,
    Rule,
    atoms,
)
from firmament.lib.instant import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginnings:
    """When each path began, for everybody. `made` is when the thing itself came to be: nobody saw it before."""

    made: datetime | None
    roles: Mapping[UUID, datetime]
    teams: Mapping[tuple[UUID, UUID], datetime]
    grants: Mapping[tuple[UUID, UUID], datetime]
    named: Mapping[tuple[str, UUID], datetime]


def beginnings(declared: Declaration, subject: Subject, prefix: str) -> Beginnings:
    """What there is to know of one power on one thing; a query for each kind of path that its rules have."""
    found = [atom for rule in declared.rules for atom in atoms(rule)]
    asked = {type(atom) for atom in found}
    return Beginnings(
        made=getattr(subject.obj, "created_at", None),
        roles=_roles(declared.power) if HasRole in asked else {},
        teams=_earliest(TeamMember.objects.values_list("membership_id", "team_id", "created_at"))
        if InTeam in asked
        else {},
        grants=_earliest(
            PortalGrant.objects.in_force(at=now()).values_list("user_id", "client_id", "created_at")
        )
        if ClientGranted in asked
        else {},
        named=_named(found, subject, prefix),
    )


def _roles(power: str) -> dict[UUID, datetime]:
    """Member → the first moment at which a role of theirs carried the power."""
    carried = RolePower.objects.filter(power=power, role=OuterRef("role")).values("created_at")[:1]
    given = RoleAssignment.objects.annotate(carried_at=Subquery(carried)).filter(carried_at__isnull=False)
    rows = given.values_list("membership_id", "created_at", "carried_at")
    return {one: at for (one, _same), at in _earliest((m, m, max(at, by)) for m, at, by in rows).items()}


def _earliest(rows: Iterable[tuple[UUID, UUID, datetime]]) -> dict[tuple[UUID, UUID], datetime]:
    found: dict[tuple[UUID, UUID], datetime] = {}
    for one, other, at in rows:
        found[one, other] = min(at, found.get((one, other), at))
    return found


def _named(found: Iterable[Rule], subject: Subject, prefix: str) -> dict[tuple[str, UUID], datetime]:
    """By the path of a field and whom it names: since when it does."""
    named: dict[tuple[str, UUID], datetime] = {}
    for atom in found:
        if not isinstance(atom, Owns | Assigned):
            continue
        path = located(atom.field, subject.model, prefix)
        taken = resolve(subject.model, path)
        if taken.many is not None and not taken.hops and "__" not in taken.many.rest:
            rows: Any = taken.many.model._default_manager
            about = rows.filter(**{taken.many.back: subject.obj.pk})
            named |= {(path, who): at for who, at in about.values_list(taken.many.rest, "created_at")}
        elif taken.many is None and not taken.hops and getattr(subject.model, "row_history", False):
            changes = RowChange.objects.filter(row_id=subject.obj.pk, columns__contains=[taken.leaf])
            at = changes.order_by("-occurred_at").values_list("occurred_at", flat=True).first()
            named |= {(path, who): at for who in subject.values(path) if at is not None and who}
    return named


def since(
    rule: Rule, authority: Authority, declared: Declaration, subject: Subject, prefix: str, known: Beginnings
) -> datetime | None:
    """When the rule began to hold for somebody it holds for; None where nothing tells."""
    at = _began(rule, authority, declared, subject, prefix, known)
    return max(at, known.made) if at is not None and known.made is not None else at


def _began(
    rule: Rule, authority: Authority, declared: Declaration, subject: Subject, prefix: str, known: Beginnings
) -> datetime | None:
    actor = authority.actor
    match rule:
        case AllOf(rules):
            # All had to hold: from the last of them on. What only bounds the thing tells nothing of the person.
            parts = [
                one for one in rules if not isinstance(one, FieldIs | ClassificationAtMost | Not | Everyone)
            ]
            times = [_began(one, authority, declared, subject, prefix, known) for one in parts or rules]
            told = [at for at in times if at is not None]
            return max(told) if len(told) == len(times) and told else None
        case AnyOf(rules):
            held = [one for one in rules if truth(one, authority, declared.power, subject, prefix)]
            begun = (_began(one, authority, declared, subject, prefix, known) for one in held)
            return min((at for at in begun if at is not None), default=None)
        case HasRole():
            return known.roles.get(actor.membership_id) if actor.membership_id else None
        case Everyone() | Not() | HasScope() | FieldIs() | ClassificationAtMost():
            return known.made
        case _:
            path, wanted = demand(rule, authority)
            path = located(path, subject.model, prefix)
            met = subject.values(path) & wanted
            return min((at for one in met if (at := _of(rule, path, one, authority, known))), default=None)


def _of(rule: Rule, path: str, one: UUID, authority: Authority, known: Beginnings) -> datetime | None:
    actor = authority.actor
    match rule:
        case InTeam():
            return known.teams.get((actor.membership_id, one)) if actor.membership_id else None
        case ClientGranted():
            return known.grants.get((actor.user_id, one)) if actor.user_id else None
        case _:
            return known.named.get((path, one))
