"""Rules and changes in the words of the firm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from firmament.kernel.ledger.words import vocabulary
from firmament.kernel.policies.apart import HOLD, Duty
from firmament.kernel.policies.authority import Authority, Loan
from firmament.kernel.policies.compile import demand, located
from firmament.kernel.policies.fields import Subject, Values, resolve
from firmament.kernel.policies.nearest import Edit, Kind
from firmament.kernel.policies.powers import title_of
from firmament.kernel.policies.rules import (
    AllOf,
    AnyOf,
    Assigned,
    Atom,
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
)
from firmament.kernel.policies.scopes import SCOPE_TITLES, Classification
from firmament.kernel.tenancy.actor import Actor, Domain


@vocabulary("scope")
def scope_title(scope: str) -> str:
    return str(SCOPE_TITLES.get(scope, scope))


def identity(actor: Actor) -> str:
    """What must be true of the actor before any rule is asked."""
    name = {"name": actor.name}
    match actor.domain:
        case Domain.STAFF:
            return _("%(name)s is an active member of the firm") % name
        case Domain.TOKEN:
            return _("The maker of the token %(name)s is an active member of the firm") % name
        case Domain.CLIENT:
            return _("%(name)s may use the portal for at least one client") % name
        case Domain.SYSTEM:
            return _("The work %(name)s runs inside the house") % name
        case _:
            return _("%(name)s is an operator of the platform") % name


def no_rule(actor: Actor) -> str:
    """Why no rule applies in the actor's domain."""
    match actor.domain:
        case Domain.CLIENT:
            return _("This can be granted to a client's people")
        case Domain.SYSTEM:
            return _("The power is declared beside the job %(job)s") % {"job": actor.job}
        case Domain.OPERATOR:
            return _("Operators may do this, while a break-glass session opens the firm")
        case _:
            return _("This can be given to staff")


def condition(
    rule: Rule,
    authority: Authority,
    subject: Subject | None,
    prefix: str,
    roles: tuple[str, ...],
) -> str:
    """A node of the tree as a statement that is true or not."""
    name = authority.actor.name
    match rule:
        case AllOf():
            return _("All of these hold")
        case AnyOf():
            return _("At least one of these holds")
        case Not(AllOf() | AnyOf() | Not()):
            return _("This does not hold")
        case Not(inner):
            stated = condition(inner, authority, subject, prefix, roles)
            return _("It is not so that: %(condition)s") % {"condition": stated}
        case Everyone():
            return _("It is open to everyone here")
        case HasRole():
            named = f" ({', '.join(roles)})" if roles else ""
            return _("A role of %(name)s carries this power%(roles)s") % {"name": name, "roles": named}
        case HasScope(scope):
            return _("%(name)s is granted “%(scope)s” for a client") % _granted(name, scope)
        case ClientGranted(_path, scope):
            return _("%(name)s is granted “%(scope)s” for this client") % _granted(name, scope)
        case ClassificationAtMost():
            shown = Classification(authority.clearance).label if authority.clearance else _("nothing")
            return _("It is not classified above what %(name)s may see (%(level)s)") % {
                "name": name,
                "level": shown,
            }
        case _:
            path = demand(rule, authority)[0]
            label = _label(subject, located(path, subject.model, prefix)) if subject else path
            return _field_condition(rule, name, label, subject, prefix)


def path(atom: Atom, authority: Authority, subject: Subject, prefix: str, teams: Mapping[UUID, str]) -> str:
    """By which path somebody reaches a thing, in as few words as a list has room for."""
    match atom:
        case HasScope(scope) | ClientGranted(_, scope):
            return _("Portal access: %(scope)s") % {"scope": scope_title(scope)}
        case ClassificationAtMost():
            return _("Cleared for what is classified so")
        case Owns(field) | Assigned(field):
            label = _label(subject, located(field, subject.model, prefix))
            return _("Named as “%(field)s”") % {"field": label}
        case InTeam():
            place, mine = demand(atom, authority)
            shared = subject.values(located(place, subject.model, prefix)) & mine
            return _("Team: %(teams)s") % {"teams": ", ".join(sorted(teams.get(pk, "") for pk in shared))}
        case FieldIs(field, values):
            where = located(field, subject.model, prefix)
            shown = ", ".join(value_label(subject, where, value) for value in values)
            return _("“%(field)s” is %(values)s") % {"field": _label(subject, where), "values": shown}
        case _:
            raise TypeError(f"no path by {atom}")


def loan(lent: Loan) -> str:
    """By whose lent powers, and until when."""
    until = localtime(lent.until)
    return _("Lent by %(lender)s until %(until)s") % {
        "lender": lent.lender,
        "until": date_format(until, "SHORT_DATETIME_FORMAT"),
    }


def kept_apart(duty: Duty, power: str, name: str) -> str:
    """What must be true for a pair to let somebody use one of its powers."""
    values = {"name": name, "other": title_of(duty.other(power))}
    if duty.exception_id is not None:
        return _("Segregation of duties: %(name)s is exempt from keeping this and “%(other)s” apart") % values
    if duty.kind == HOLD:
        return _("Segregation of duties: %(name)s may not also do this: “%(other)s”") % values
    return _("Segregation of duties: %(name)s has not done this to it: “%(other)s”") % values


def _granted(name: str, scope: str) -> dict[str, object]:
    return {"name": name, "scope": scope_title(scope)}


def _field_condition(rule: Rule, name: str, label: str, subject: Subject | None, prefix: str) -> str:
    match rule:
        case Owns():
            return _("%(name)s stands in “%(field)s”") % {"name": name, "field": label}
        case Assigned():
            return _("It is assigned to %(name)s (“%(field)s”)") % {"name": name, "field": label}
        case InTeam():
            return _("%(name)s is in its team (“%(field)s”)") % {"name": name, "field": label}
        case FieldIs(field, values):
            path = prefix + field
            shown = ", ".join(value_label(subject, path, value) for value in values)
            return _("“%(field)s” is %(values)s") % {"field": label, "values": shown}
        case _:
            raise TypeError(f"no words for {rule}")


def _label(subject: Subject, path: str) -> str:
    return resolve(subject.model, path).label


def value_label(subject: Subject | None, path: str, value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return _("empty")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    column: Any = resolve(subject.model, path).column if subject else None
    return str(dict(column.flatchoices).get(value, value)) if column is not None else str(value)


def deciding(actor: Actor, rule_id: str, verdict: bool, unmet: Sequence[str]) -> str:
    """What settled it."""
    name = {"name": actor.name}
    match rule_id.rpartition("/")[2]:
        case "firm":
            return _("It belongs to another firm.")
        case "membership":
            return _("%(name)s is not an active member of the firm.") % name
        case "grant":
            return _("%(name)s has no access to the portal that is in force.") % name
        case "token":
            return _("The token was not made for this.")
        case "lent":
            return _("%(name)s has it lent, for a time.") % name
        case "wall":
            return _("An ethical wall keeps %(name)s from this client. A wall beats every role.") % name
        case "duties":
            return _("Segregation of duties keeps %(name)s from it: one person may not do both.") % name
        case _ if verdict:
            return _("Every condition below holds.")
        case _ if unmet:
            return _("What is missing: %(unmet)s.") % {"unmet": "; ".join(unmet)}
        case _:
            return _("It depends on which object is meant.")


@dataclass(frozen=True, slots=True)
class Phrases:
    """Changes as sentences, about one actor and one object."""

    name: str
    person: Values
    subject: Subject | None
    offered: tuple[str, ...]
    held: tuple[str, ...]
    teams: Mapping[object, str]

    def change(self, edits: tuple[Edit, ...], *, verdict: bool) -> str:
        """What would turn the answer round."""
        said = _(" and ").join(self.edit(edit) for edit in edits)
        template = (
            _("It would no longer be allowed if %(edits)s.")
            if verdict
            else _("It would be allowed if %(edits)s.")
        )
        return template % {"edits": said}

    def edit(self, edit: Edit) -> str:
        """One change, after "if"."""
        name = {"name": self.name}
        match edit.kind:
            case Kind.LIFT_WALLS if len(edit.values) == 1:
                return _("the ethical wall was lifted")
            case Kind.LIFT_WALLS:
                return _("the ethical walls were lifted")
            case Kind.RAISE_WALL:
                return _("an ethical wall was raised between %(name)s and this client") % name
            case Kind.REACTIVATE:
                return _("%(name)s was an active member again") % name
            case Kind.EXEMPT:
                return _("%(name)s was exempted from keeping these duties apart") % name
            case Kind.GIVE_ROLE:
                if not self.offered:
                    return _("%(name)s had a role that carries this power") % name
                return _("%(name)s had the role %(roles)s") % {**name, "roles": _(" or ").join(self.offered)}
            case Kind.TAKE_ROLE:
                roles = _(" and ").join(self.held)
                return _("%(name)s did not have the role %(roles)s") % {**name, "roles": roles}
            case Kind.TAKE_BACK:
                return _("what was lent to %(name)s was taken back") % name
            case Kind.GRANT:
                return _("%(name)s was granted “%(scope)s” for the client") % _granted(self.name, edit.path)
            case Kind.REVOKE:
                return _("%(name)s was not granted “%(scope)s” for the client") % _granted(
                    self.name, edit.path
                )
            case Kind.JOIN_TEAM:
                return _("%(name)s was in the team %(team)s") % {**name, "team": self._teams(edit.values)}
            case Kind.LEAVE_TEAM:
                return _("%(name)s was not in the team %(team)s") % {**name, "team": self._teams(edit.values)}
            case Kind.SET_CLEARANCE:
                level = Classification(next(iter(edit.values))).label
                return _("a role of %(name)s reached %(level)s and no further") % {**name, "level": level}
            case Kind.ADD_TOKEN_SCOPE:
                return _("the token was made for it")
            case Kind.SET_FIELD:
                return self._field(edit)

    def _teams(self, ids: Values) -> str:
        return ", ".join(sorted(self.teams.get(i, str(i)) for i in ids))

    def _field(self, edit: Edit) -> str:
        assert self.subject is not None
        taken = resolve(self.subject.model, edit.path)
        value = next(iter(edit.values))
        shown = value_label(self.subject, edit.path, value)
        if taken.convert.get_internal_type() == "UUIDField":
            # An id says nothing to a reader; what matters is whether it names this person or team.
            shown = self._who(value)
        return _("“%(field)s” was %(value)s") % {"field": taken.label, "value": shown}

    def _who(self, value: object) -> str:
        if value is None:
            return _("empty")
        if value in self.person:
            return self.name
        return self.teams.get(value) or _("different")
