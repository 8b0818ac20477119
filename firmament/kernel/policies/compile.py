"""What a rule means, twice: `truth` for one object, `condition` for the database.

Both reduce every atom about a field to the same pair, a path and the set of values that satisfy it (`demand`), so
that they cannot come to differ; the property test holds the rest.
"""

from collections.abc import Callable, Sequence

from django.db import models
from django.db.models import Q

from firmament.kernel.policies.apart import HOLD, Duty, used, way_to
from firmament.kernel.policies.authority import Authority
from firmament.kernel.policies.fields import Subject, Values, field_in, fields_in, resolve
from firmament.kernel.policies.powers import Declaration
from firmament.kernel.policies.rules import (
    AllOf,
    AnyOf,
    Assigned,
    ClassificationAtMost,
    ClientGranted,
    Everyone,
    FieldAtom,
    FieldIs,
    HasRole,
    HasScope,
    InTeam,
    Not,
    Owns,
    Rule,
)
from firmament.kernel.policies.scopes import up_to

Walls = tuple[tuple[str, Values], ...]
# Says in SQL that a path of the model holds one of the values: of the model's own table, or of a copy (the search
# index) that holds the same.
Holds = Callable[[type[models.Model], str, Values], Q | bool]


def demand(atom: FieldAtom, authority: Authority) -> tuple[str, Values]:
    """The path an atom looks at, and the values that satisfy it for this actor. The path "" is the client's."""
    match atom:
        case Owns(field) | Assigned(field):
            return field, frozenset(authority.person)
        case InTeam(field):
            return field, frozenset(authority.team_ids)
        case ClientGranted(path, scope):
            return path, frozenset(authority.clients_with(scope))
        case FieldIs(field, values):
            return field, frozenset(values)
        case ClassificationAtMost(field):
            return field, frozenset(up_to(authority.clearance))


def asked_of(
    atom: FieldAtom, authority: Authority, model: type[models.Model], prefix: str
) -> tuple[str, Values]:
    """The same for SQL: the path from the model itself, and no value that its column cannot hold.

    A column refers to members or to users, and the id of the other sort is found nowhere in it: asking for both costs the
    plan (two values by an index in order) and not only the words.
    """
    path, wanted = demand(atom, authority)
    path = located(path, model, prefix)
    if isinstance(atom, Owns | Assigned):
        wanted = authority.named_in(resolve(model, path).target)
    return path, wanted


def located(path: str, model: type[models.Model], prefix: str) -> str:
    """The path from the model itself: its own client's where the rule leaves it open, else through the prefix."""
    if path:
        return prefix + path
    own = getattr(model, "client_path", None)
    if not own:
        raise LookupError(f"{model._meta.label} declares no client_path, and the rule asks for its client")
    return str(own)


def truth(
    rule: Rule, authority: Authority, power: str, subject: Subject | None, prefix: str = ""
) -> bool | None:
    """Whether the rule holds; None when that depends on an object and there is none."""
    match rule:
        case Everyone():
            return True
        case HasRole():
            return power in authority.powers
        case HasScope(scope):
            return bool(authority.clients_with(scope))
        case AllOf(rules):
            found = [truth(inner, authority, power, subject, prefix) for inner in rules]
            return False if False in found else None if None in found else True
        case AnyOf(rules):
            found = [truth(inner, authority, power, subject, prefix) for inner in rules]
            return True if True in found else None if None in found else False
        case Not(inner):
            held = truth(inner, authority, power, subject, prefix)
            return None if held is None else not held
        case _:
            return _field_truth(rule, authority, subject, prefix)


def _field_truth(atom: FieldAtom, authority: Authority, subject: Subject | None, prefix: str) -> bool | None:
    path, wanted = demand(atom, authority)
    if not wanted:
        return False
    if subject is None:
        return None
    return not wanted.isdisjoint(subject.values(located(path, subject.model, prefix)))


def condition(
    rule: Rule,
    authority: Authority,
    power: str,
    model: type[models.Model],
    prefix: str = "",
    holds: Holds = field_in,
) -> Q | bool:
    """The rule as SQL; True or False where it does not depend on the row."""
    match rule:
        case AllOf(rules):
            return both([condition(inner, authority, power, model, prefix, holds) for inner in rules])
        case AnyOf(rules):
            return either(_any_of(flat(rules), authority, power, model, prefix, holds))
        case Not(inner):
            return contrary(condition(inner, authority, power, model, prefix, holds))
        case Everyone() | HasRole() | HasScope():
            return bool(truth(rule, authority, power, None))
        case _:
            return holds(model, *asked_of(rule, authority, model, prefix))


def _any_of(
    rules: Sequence[Rule],
    authority: Authority,
    power: str,
    model: type[models.Model],
    prefix: str,
    holds: Holds,
) -> list[Q | bool]:
    """The parts of which one must hold; asked of the model's own table, those about fields are put together."""
    fields = [rule for rule in rules if isinstance(rule, FieldAtom)] if holds is field_in else []
    others = [rule for rule in rules if rule not in fields]
    return [
        *fields_in(model, [asked_of(atom, authority, model, prefix) for atom in fields]),
        *(condition(rule, authority, power, model, prefix, holds) for rule in others),
    ]


def flat(rules: Sequence[Rule]) -> list[Rule]:
    """The rules of an `any_of`, and those of any that stands within it."""
    return [one for rule in rules for one in (flat(rule.rules) if isinstance(rule, AnyOf) else [rule])]


def both(parts: list[Q | bool]) -> Q | bool:
    """All of them, with what is certain left out: an empty Q would turn into its contrary under `~`."""
    kept = Q()
    for part in parts:
        if part is False:
            return False
        if isinstance(part, Q):
            kept &= part
    return kept or True


def either(parts: list[Q | bool]) -> Q | bool:
    """At least one of them."""
    kept = Q()
    for part in parts:
        if part is True:
            return True
        if isinstance(part, Q):
            kept |= part
    return kept or False


def contrary(part: Q | bool) -> Q | bool:
    """Its contrary."""
    return ~part if isinstance(part, Q) else not part


def walls_on(model: type[models.Model], authority: Authority) -> Walls:
    """The paths of the model that walls look at, each with what this actor is kept from."""
    found = (
        (getattr(model, "client_path", None), authority.walled_clients),
        (getattr(model, "engagement_path", None), authority.walled_engagements),
    )
    return tuple((path, ids) for path, ids in found if path and ids)


def behind_wall(authority: Authority, subject: Subject) -> bool:
    """Whether an ethical wall stands between the actor and the object."""
    return any(not ids.isdisjoint(subject.values(path)) for path, ids in walls_on(subject.model, authority))


def outside_walls(model: type[models.Model], authority: Authority, holds: Holds = field_in) -> Q | bool:
    """The rows no wall keeps from the actor."""
    return both([contrary(holds(model, path, ids)) for path, ids in walls_on(model, authority)])


def refusing(authority: Authority, declared: Declaration, subject: Subject | None) -> tuple[Duty, ...]:
    """The pairs that keep the power from the actor: both are theirs, or they have used the other on the same thing."""
    return tuple(
        duty
        for duty in _binding(authority, declared)
        if (duty.kind == HOLD and authority.torn.issuperset(duty.powers))
        or (duty.kind != HOLD and subject is not None and _touched(authority, duty, declared, subject))
    )


def _binding(authority: Authority, declared: Declaration) -> list[Duty]:
    return [d for d in authority.duties if declared.power in d.powers and d.exception_id is None]


def _touched(authority: Authority, duty: Duty, declared: Declaration, subject: Subject) -> bool:
    path = way_to(duty, declared, subject.model)
    ids = _used_the_other(authority, duty, declared) if path else frozenset()
    return bool(ids) and not ids.isdisjoint(subject.values(path))


def _used_the_other(authority: Authority, duty: Duty, declared: Declaration) -> Values:
    member_id = authority.actor.membership_id
    assert member_id is not None, "only members of the firm have duties"
    return frozenset(used(member_id, duty, duty.other(declared.power)))


def outside_duties(
    model: type[models.Model], authority: Authority, declared: Declaration, holds: Holds = field_in
) -> Q | bool:
    """The rows that no pair keeps from the actor; False where one keeps all of them."""
    parts: list[Q | bool] = []
    for duty in _binding(authority, declared):
        if duty.kind == HOLD:
            parts.append(not authority.torn.issuperset(duty.powers))
        elif path := way_to(duty, declared, model):
            parts.append(contrary(holds(model, path, _used_the_other(authority, duty, declared))))
    return both(parts)
