"""The rule tree. Pure data: what it means to an object, to SQL and to a reader stands in `compile` and `explain`.

A field is an ORM path from the power's model: `owner_id`, `request__client_id`, or through a table of assignments
(`engagements.EngagementMember(engagement)__membership_id`), where one matching row is enough. No atom takes a function: what cannot be said
to the database cannot be said at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

Value = str | int | bool | UUID | date | None


@dataclass(frozen=True, slots=True)
class Everyone:
    """Whoever belongs to the domain the rule is for."""


@dataclass(frozen=True, slots=True)
class HasRole:
    """A role of the actor carries the power that is asked about."""


@dataclass(frozen=True, slots=True)
class HasScope:
    """The client's person holds the scope, for whichever client."""

    scope: str


@dataclass(frozen=True, slots=True)
class Owns:
    """The field names the actor: as a person or as a member of the firm."""

    field: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """The work was given to the actor; decided as `Owns` is, and worded differently."""

    field: str


@dataclass(frozen=True, slots=True)
class InTeam:
    """The field names a team the actor is in."""

    field: str


@dataclass(frozen=True, slots=True)
class ClientGranted:
    """The actor's portal grant for the client the path leads to carries the scope."""

    path: str
    scope: str


@dataclass(frozen=True, slots=True)
class FieldIs:
    """The field has one of the values; None stands for an empty field."""

    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class ClassificationAtMost:
    """The field's classification is within the actor's clearance."""

    field: str


@dataclass(frozen=True, slots=True)
class AllOf:
    rules: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    rules: tuple["Rule", ...]


@dataclass(frozen=True, slots=True)
class Not:
    rule: "Rule"


FieldAtom = Owns | Assigned | InTeam | ClientGranted | FieldIs | ClassificationAtMost
Atom = Everyone | HasRole | HasScope | FieldAtom
Rule = Atom | AllOf | AnyOf | Not


def everyone() -> Rule:
    """Whoever belongs to the domain."""
    return Everyone()


def has_role() -> Rule:
    """A role of the actor carries this power."""
    return HasRole()


def has_scope(scope: str) -> Rule:
    """The scope, for whichever client; for powers without an object (a menu, a first page)."""
    return HasScope(str(scope))


def owns(field: str) -> Rule:
    """The field (a user or a membership) is the actor."""
    return Owns(field)


def assigned(field: str) -> Rule:
    """The field (a user or a membership, also through a table of assignments) is the actor."""
    return Assigned(field)


def in_team(field: str) -> Rule:
    """The field is one of the actor's teams."""
    return InTeam(field)


def client_granted(path: str, scope: str) -> Rule:
    """A live grant for the client at `path` with `scope`; "" takes the model's own `client_path`."""
    return ClientGranted(path, str(scope))


def field_is(field: str, *values: Value) -> Rule:
    """The field has one of the values."""
    if not values:
        raise ValueError("field_is() needs at least one value")
    return FieldIs(field, values)


def classification_at_most(field: str) -> Rule:
    """Within the actor's clearance: the highest of their roles'."""
    return ClassificationAtMost(field)


def all_of(*rules: Rule) -> Rule:
    """Every one of them."""
    if not rules:
        raise ValueError("all_of() needs at least one rule; everyone() says it plainly")
    return AllOf(rules)


def any_of(*rules: Rule) -> Rule:
    """At least one of them."""
    if not rules:
        raise ValueError("any_of() needs at least one rule")
    return AnyOf(rules)


def not_(rule: Rule) -> Rule:
    """The contrary. An unknown thing (no object at hand) stays unknown."""
    return Not(rule)


def atoms(rule: Rule) -> Iterator[Atom]:
    """The leaves, left to right, repeated as often as they stand in the tree."""
    match rule:
        case AllOf(rules) | AnyOf(rules):
            for inner in rules:
                yield from atoms(inner)
        case Not(inner):
            yield from atoms(inner)
        case _:
            yield rule
