"""Who can do something to one thing: everybody, one by one, by the predicate that decides, and each by which path.

Nobody is left out: the people are all who may come in at all, staff and clients', and each is asked. What a program may
do is never more than its maker may, so the people say that too; operators see no content.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _

from firmament.kernel.policies import words
from firmament.kernel.policies.apart import many_asked
from firmament.kernel.policies.authority import Authority, Loan, everybody
from firmament.kernel.policies.compile import located, truth
from firmament.kernel.policies.decide import judge, prefix_for, rule_for
from firmament.kernel.policies.fields import Subject, resolve
from firmament.kernel.policies.models import Role, Team
from firmament.kernel.policies.powers import Declaration, declaration
from firmament.kernel.policies.rules import (
    AllOf,
    AnyOf,
    Atom,
    ClassificationAtMost,
    Everyone,
    FieldIs,
    HasRole,
    HasScope,
    Not,
    Rule,
    atoms,
)
from firmament.kernel.policies.since import Beginnings, beginnings, since
from firmament.kernel.tenancy.actor import Actor, Domain


@dataclass(frozen=True, slots=True, kw_only=True)
class Seer:
    """A person who can, and by which paths: their role, what they are named in, their team, their grant.

    `since` is when the first of these paths began, where the firm's rows tell (`kernel.policies.since`).
    """

    actor: Actor
    paths: tuple[str, ...]
    since: datetime | None = None

    @property
    def of_the_firm(self) -> bool:
        return self.actor.domain == Domain.STAFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whoever can do this to the thing, by name; `walled` are those who could, did no ethical wall keep them from it."""

    power: str
    title: str
    seers: tuple[Seer, ...]
    walled: tuple[Actor, ...]

    @property
    def staff(self) -> tuple[Seer, ...]:
        return tuple(seer for seer in self.seers if seer.of_the_firm)

    @property
    def clients(self) -> tuple[Seer, ...]:
        return tuple(seer for seer in self.seers if not seer.of_the_firm)


@dataclass(frozen=True, slots=True)
class _Names:
    roles: Mapping[str, str]
    teams: Mapping[UUID, str]


def audience_of(power: str, obj: models.Model) -> Audience:
    """Everybody who can use this power on this thing, with the paths; a handful of queries, however many people."""
    declared = declaration(power)
    subject = looked_at(obj, declared)
    names = _Names(
        dict(Role.objects.standing().values_list("code", "name")),
        dict(Team.objects.standing().values_list("pk", "name")),
    )
    known = beginnings(declared, subject, prefix_for(declared, subject.model))
    seers, walled = [], []
    people = sorted(everybody().items(), key=lambda pair: (pair[0].name, str(pair[0].user_id)))
    members = [actor.membership_id for actor, _authority in people if actor.membership_id is not None]
    duties = dict.fromkeys(replace(duty, exception_id=None) for _actor, a in people for duty in a.duties)
    with many_asked(members, duties, declared, subject):
        for actor, authority in people:
            ruling = judge(authority, declared, subject)
            if ruling.allowed:
                paths = dict.fromkeys(_paths(authority, declared, subject, names, ruling.loan))
                since = _since(authority, declared, subject, ruling.loan, known)
                seers.append(Seer(actor=actor, paths=tuple(paths), since=since))
            elif ruling.rule_id.endswith("/wall"):
                open_to = replace(authority, walled_clients=frozenset(), walled_engagements=frozenset())
                if judge(open_to, declared, subject).allowed:
                    walled.append(actor)
    return Audience(power=declared.power, title=str(declared.title), seers=tuple(seers), walled=tuple(walled))


def _since(
    authority: Authority, declared: Declaration, subject: Subject, loan: Loan | None, known: Beginnings
) -> datetime | None:
    rule, _stage = rule_for(authority, declared)
    # What was lent says itself until when; since when the lender could is another's question.
    if rule is None or loan is not None:
        return None
    return since(rule, authority, declared, subject, prefix_for(declared, subject.model), known)


def looked_at(obj: models.Model, declared: Declaration) -> Subject:
    """The thing, with what its rules ask of other tables read once and not for every person."""
    subject = Subject(obj)
    prefix = prefix_for(declared, subject.model)
    for rule in declared.rules:
        for atom in atoms(rule):
            if isinstance(atom, Everyone | HasRole | HasScope):
                continue
            path = located(
                str(getattr(atom, "path", "") or getattr(atom, "field", "")), subject.model, prefix
            )
            taken = resolve(subject.model, path)
            if taken.many is not None:
                subject.given[taken.lookup] = subject.values(path)
    return subject


def _paths(
    authority: Authority, declared: Declaration, subject: Subject, names: _Names, loan: Loan | None
) -> Iterator[str]:
    if loan is not None:
        yield words.loan(loan)
        return
    rule, _stage = rule_for(authority, declared)
    if rule is not None:
        prefix = prefix_for(declared, subject.model)
        for atom in _met(rule, authority, declared, subject, prefix):
            yield _path(atom, authority, declared, subject, prefix, names)


def _met(
    rule: Rule, authority: Authority, declared: Declaration, subject: Subject, prefix: str
) -> Iterator[Atom]:
    """The leaves by which the rule holds. What only bounds it (a classification, a state) is no path where another is."""
    match rule:
        case AllOf(rules):
            found = [atom for inner in rules for atom in _met(inner, authority, declared, subject, prefix)]
            bounds = (FieldIs, ClassificationAtMost, Everyone)
            yield from [atom for atom in found if not isinstance(atom, bounds)] or found
        case AnyOf(rules):
            for inner in rules:
                if truth(inner, authority, declared.power, subject, prefix):
                    yield from _met(inner, authority, declared, subject, prefix)
        case Not():
            return
        case _:
            yield rule


def _path(
    atom: Atom, authority: Authority, declared: Declaration, subject: Subject, prefix: str, names: _Names
) -> str:
    match atom:
        case HasRole():
            codes = authority.powers.get(declared.power, ())
            return _("Role: %(roles)s") % {"roles": ", ".join(names.roles.get(code, code) for code in codes)}
        case Everyone():
            return (
                _("Open to everyone in the firm")
                if authority.actor.domain == Domain.STAFF
                else _("Open to clients")
            )
        case _:
            return words.path(atom, authority, subject, prefix, names.teams)
