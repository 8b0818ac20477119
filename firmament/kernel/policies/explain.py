"""Why, or why not: the same tree, read out.

The verdict is asked of `decide.allows`, not worked out here, so an explanation cannot disagree with what
happens. Whoever shows one records that it was asked (`events.ExplanationAsked`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from firmament.kernel.policies import words
from firmament.kernel.policies.authority import Authority, authority_if_active, authority_of, token_covers
from firmament.kernel.policies.compile import behind_wall, located, refusing, truth
from firmament.kernel.policies.decide import allows, judge, prefix_for, rule_for, same_firm
from firmament.kernel.policies.fields import Subject
from firmament.kernel.policies.models import Role, RoleAssignment, RolePower, Team, Wall
from firmament.kernel.policies.nearest import Edit, Standing, World, smallest_change
from firmament.kernel.policies.powers import Declaration, declaration
from firmament.kernel.policies.rules import (
    AllOf,
    AnyOf,
    ClassificationAtMost,
    HasRole,
    HasScope,
    InTeam,
    Not,
    Rule,
    atoms,
)
from firmament.kernel.tenancy.actor import Actor, Domain


class Stage(StrEnum):
    """Where in the order of evaluation a condition stands."""

    FIRM = "firm"
    IDENTITY = "identity"
    WALL = "wall"
    ROLE = "role"
    REACH = "reach"
    CLASSIFICATION = "classification"
    DUTIES = "duties"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One thing the answer depends on, in words, and whether it holds (None: it depends on an object).

    `depth` is how deep it stands in the tree; a condition that gathers others comes before them.
    """

    stage: Stage
    text: str
    truth: bool | None
    depth: int = 0
    gathers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RolePath:
    """From where somebody has a power: a role that carries it, since when they hold the role; or who lent it."""

    role: str
    since: datetime | None
    loan: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The fewest things that would turn the answer round, and the sentence that says them."""

    edits: tuple[Edit, ...]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """An answer with its reasons.

    `roles` are the names of the actor's roles that carry the power, `paths` since when they hold each. `nearest`: of
    the ways in which it could have been allowed, the one that lacks the fewest conditions, and those. `sentences` are the answer, what decided it, and
    what would change it, ready to be shown.
    """

    power: str
    title: str
    verdict: bool
    rule_id: str
    roles: tuple[str, ...]
    paths: tuple[RolePath, ...]
    conditions: tuple[Condition, ...]
    nearest: tuple[Condition, ...]
    change: Change | None
    sentences: tuple[str, ...]


def explain(actor: Actor, power: str, obj: models.Model | None = None) -> Explanation:
    """Why may, or may not, this actor do this to this object?"""
    declared = declaration(power)
    authority = authority_of(actor)
    subject = None if obj is None else Subject(obj)
    if_active = _if_active(authority)
    walls = _walls(if_active or authority, subject, declared)
    world = World(authority, declared, subject, walls, if_active)
    carried_by = dict(
        Role.objects.standing()
        .filter(pk__in=RolePower.objects.filter(power=declared.power).values("role"))
        .order_by("name")
        .values_list("code", "name")
    )
    mine = authority.powers.get(declared.power, ())
    roles = tuple(name for code, name in carried_by.items() if code in mine)
    paths = _role_paths(authority, declared.power)
    verdict = allows(actor, power, obj)
    ruling = judge(authority, declared, subject)
    conditions = tuple(_conditions(authority, declared, subject, roles))
    edits = smallest_change(world)
    change = None
    if edits is not None:
        offered = tuple(name for code, name in carried_by.items() if code not in mine)
        phrases = words.Phrases(actor.name, authority.person, subject, offered, roles, _team_names(edits))
        change = Change(edits=edits, sentence=phrases.change(edits, verdict=verdict))
    return Explanation(
        power=declared.power,
        title=str(declared.title),
        verdict=verdict,
        rule_id=ruling.rule_id,
        roles=roles,
        paths=paths,
        conditions=conditions,
        nearest=() if verdict else tuple(_nearest(authority, declared, subject, roles)),
        change=change,
        sentences=_sentences(actor, declared, verdict, ruling.rule_id, conditions, change),
    )


def _role_paths(authority: Authority, power: str) -> tuple[RolePath, ...]:
    lent = tuple(RolePath(role="", since=None, loan=words.loan(one)) for one in authority.loans_of(power))
    actor, codes = authority.actor, authority.powers.get(power, ())
    if actor.membership_id is None or not codes:
        return lent
    rows = RoleAssignment.objects.filter(membership_id=actor.membership_id, role__code__in=codes)
    found = rows.order_by("role__name").values_list("role__name", "created_at")
    return (*(RolePath(role=role, since=since) for role, since in found), *lent)


def _nearest(
    authority: Authority, declared: Declaration, subject: Subject | None, roles: tuple[str, ...]
) -> Iterator[Condition]:
    """The nearest miss: the leaves that do not hold on the way through the rule that lacks the fewest of them."""
    rule, _where = rule_for(authority, declared)
    if rule is None:
        return
    prefix = prefix_for(declared, subject.model) if subject is not None else ""
    for leaf in _lacking(rule, authority, declared, subject, prefix):
        yield Condition(
            stage=_stage(leaf),
            text=words.condition(leaf, authority, subject, prefix, roles),
            truth=truth(leaf, authority, declared.power, subject, prefix),
        )
    yield from (one for one in _duties(authority, declared, subject) if not one.truth)


def _lacking(
    rule: Rule, authority: Authority, declared: Declaration, subject: Subject | None, prefix: str
) -> list[Rule]:
    if truth(rule, authority, declared.power, subject, prefix):
        return []
    match rule:
        case AllOf(rules):
            return [leaf for r in rules for leaf in _lacking(r, authority, declared, subject, prefix)]
        case AnyOf(rules):
            return min((_lacking(r, authority, declared, subject, prefix) for r in rules), key=len)
        case _:
            return [rule]


def _if_active(authority: Authority) -> Authority | None:
    by_member = authority.actor.domain in (Domain.STAFF, Domain.TOKEN)
    return authority_if_active(authority.actor) if by_member and not authority.live else None


def _walls(authority: Authority, subject: Subject | None, declared: Declaration) -> tuple[Standing, ...]:
    """Walls against the actor, against their teams, and against a team that joining would bring."""
    actor = authority.actor
    if actor.membership_id is None or subject is None:
        return ()
    prefix = prefix_for(declared, subject.model)
    teams = set(authority.team_ids)
    for atom in atoms(declared.staff) if declared.staff else ():
        if isinstance(atom, InTeam):
            teams |= {team for team in subject.values(located(atom.field, subject.model, prefix)) if team}
    rows = Wall.objects.standing().filter(Q(membership_id=actor.membership_id) | Q(team_id__in=teams))
    return tuple(Standing(*row) for row in rows.values_list("pk", "team_id", "client_id", "engagement_id"))


def _team_names(edits: tuple[Edit, ...]) -> dict[object, str]:
    ids = {value for edit in edits if edit.kind.value.endswith("_team") for value in edit.values}
    if not ids:
        return {}
    return {
        pk: _("%(team)s, brought back from the archive") % {"team": name} if archived_at else name
        for pk, name, archived_at in Team.objects.filter(pk__in=ids).values_list("pk", "name", "archived_at")
    }


def _conditions(
    authority: Authority, declared: Declaration, subject: Subject | None, roles: tuple[str, ...]
) -> Iterator[Condition]:
    actor = authority.actor
    if subject is not None:
        yield Condition(
            stage=Stage.FIRM, text=_("It belongs to the same firm"), truth=same_firm(actor, subject.obj)
        )
    yield Condition(stage=Stage.IDENTITY, text=words.identity(actor), truth=authority.live)
    if actor.domain == Domain.TOKEN:
        yield Condition(
            stage=Stage.IDENTITY,
            text=_("The token's scopes reach this power"),
            truth=token_covers(actor.scopes, declared),
        )
    if subject is not None and actor.domain in (Domain.STAFF, Domain.TOKEN):
        yield Condition(
            stage=Stage.WALL,
            text=_("No ethical wall stands between %(name)s and it") % {"name": actor.name},
            truth=not behind_wall(authority, subject),
        )
    match actor.domain:
        case Domain.STAFF | Domain.TOKEN:
            rule = declared.staff
        case Domain.CLIENT:
            rule = declared.client
        case Domain.OPERATOR if authority.opened or not declared.needs_opening:
            rule = declared.operator
        case _:
            rule = None
    if rule is None:
        held = actor.domain == Domain.SYSTEM and declared.power in authority.powers
        yield Condition(stage=Stage.ROLE, text=words.no_rule(actor), truth=held)
        return
    prefix = prefix_for(declared, subject.model) if subject is not None else ""
    yield from _rule_conditions(rule, authority, declared, subject, prefix, roles, 0)
    yield from _lent_conditions(authority, declared, subject)
    yield from _duties(authority, declared, subject)


def _duties(authority: Authority, declared: Declaration, subject: Subject | None) -> Iterator[Condition]:
    """Segregation of duties: each pair that names the power, and whether it lets the actor through."""
    refused = refusing(authority, declared, subject)
    for duty in authority.duties:
        if declared.power in duty.powers:
            yield Condition(
                stage=Stage.DUTIES,
                text=words.kept_apart(duty, declared.power, authority.actor.name),
                truth=duty not in refused,
            )


def _lent_conditions(
    authority: Authority, declared: Declaration, subject: Subject | None
) -> Iterator[Condition]:
    """What was lent: whether the lender could do it, behind the lender's own walls."""
    for loan in authority.loans_of(declared.power):
        yield Condition(
            stage=Stage.ROLE,
            text=_("%(loan)s, who could do it themself") % {"loan": words.loan(loan)},
            truth=judge(loan.authority, declared, subject).allowed,
        )


def _rule_conditions(
    rule: Rule,
    authority: Authority,
    declared: Declaration,
    subject: Subject | None,
    prefix: str,
    roles: tuple[str, ...],
    depth: int,
) -> Iterator[Condition]:
    match rule:
        case AllOf(rules) | AnyOf(rules):
            inner = rules
        case Not(AllOf() | AnyOf() | Not() as negated):
            inner = (negated,)
        case _:
            inner = ()
    yield Condition(
        stage=_stage(rule),
        text=words.condition(rule, authority, subject, prefix, roles),
        truth=truth(rule, authority, declared.power, subject, prefix),
        depth=depth,
        gathers=bool(inner),
    )
    for part in inner:
        yield from _rule_conditions(part, authority, declared, subject, prefix, roles, depth + 1)


def _stage(rule: Rule) -> Stage:
    match rule:
        case HasRole() | HasScope():
            return Stage.ROLE
        case Not(inner):
            return _stage(inner)
        case ClassificationAtMost():
            return Stage.CLASSIFICATION
        case _:
            return Stage.REACH


def _sentences(
    actor: Actor,
    declared: Declaration,
    verdict: bool,
    rule_id: str,
    conditions: tuple[Condition, ...],
    change: Change | None,
) -> tuple[str, ...]:
    title = str(declared.title)
    answer = (
        _("Yes: %(name)s can do this. (%(title)s)")
        if verdict
        else _("No: %(name)s cannot do this. (%(title)s)")
    )
    said = [answer % {"name": actor.name, "title": title}]
    said.append(
        words.deciding(
            actor, rule_id, verdict, [c.text for c in conditions if c.truth is False and not c.gathers]
        )
    )
    if change is not None:
        said.append(change.sentence)
    elif not verdict:
        said.append(_("No small change would allow it."))
    return tuple(said)
