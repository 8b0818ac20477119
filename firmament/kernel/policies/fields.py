"""ORM paths, read two ways that must agree: as a condition in SQL, and as the values of one object."""

import re
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db import models
from django.db.models import Q

Values = frozenset[Any]

# Relations here have no name on their far side, so a path through a table of assignments names the table and its
# way back: `engagements.EngagementMember(engagement)__membership_id`, after any forward hops.
THROUGH = re.compile(r"(?:(?P<hops>\w+)__)?(?P<table>\w+\.\w+)\((?P<back>\w+)\)__(?P<rest>\w+)")


@dataclass(frozen=True, slots=True)
class Path:
    """A path taken apart. `hops` are forward relations; `many` is the reverse relation it goes through, if any.

    `column` is the field at the end, `convert` the plain one behind it (a reference is stored as what it refers to).
    """

    hops: tuple[str, ...]
    leaf: str
    convert: "models.Field[Any, Any]"
    column: "models.Field[Any, Any]"
    many: "Many | None" = None

    @property
    def target(self) -> type[models.Model] | None:
        """The model the column refers to, if it does."""
        return self.column.related_model if self.column.is_relation else None

    @property
    def label(self) -> str:
        return str(self.column.verbose_name)

    @property
    def lookup(self) -> str:
        return "__".join((*self.hops, self.leaf))


@dataclass(frozen=True, slots=True)
class Many:
    """The far side of a to-many relation: its model, its key back to ours, and the rest of the path from there."""

    model: type[models.Model]
    back: str
    rest: str


@cache
def resolve(model: type[models.Model], path: str) -> Path:
    """Take a path apart, by the column at its end; `ImproperlyConfigured` when the model has no such path."""
    if named := THROUGH.fullmatch(path):
        return _through_table(model, path, named)
    hops: list[str] = []
    here = model
    parts = path.split("__")
    for index, part in enumerate(parts):
        found = _field(model, path, here, part)
        last = index == len(parts) - 1
        if isinstance(found, models.ForeignObjectRel):
            return _through_many(model, path, hops, found.field, "__".join(parts[index + 1 :]))
        if found.many_to_many:
            raise ImproperlyConfigured(
                f"{model._meta.label}: {path} goes through a many-to-many; name its table"
            )
        if last:
            return _forward(hops, found)
        if not found.is_relation or found.related_model is None:
            raise ImproperlyConfigured(f"{model._meta.label}: {path} goes on past the plain field {part}")
        if index == len(parts) - 2 and parts[-1] in ("id", "pk"):
            # `client__id` is the column `client_id`: no join, and one name for one thing.
            return _forward(hops, found)
        hops.append(found.name)
        here = found.related_model
    raise ImproperlyConfigured(f"{model._meta.label}: {path} leads nowhere")


def _field(model: type[models.Model], path: str, here: type[models.Model], part: str) -> Any:
    try:
        return here._meta.pk if part == "pk" else here._meta.get_field(part)
    except FieldDoesNotExist:
        raise ImproperlyConfigured(f"{model._meta.label}: there is no path {path}") from None


def _forward(hops: list[str], found: Any) -> Path:
    return Path(tuple(hops), found.attname, _column(found), found)


def _column(found: Any) -> Any:
    while found.is_relation:
        found = found.target_field
    return found


def _through_many(model: type[models.Model], path: str, hops: list[str], relation: Any, rest: str) -> Path:
    """`relation` is the foreign key on the far side that points back at ours."""
    far = resolve(relation.model, rest or "pk")
    if far.many is not None:
        raise ImproperlyConfigured(f"{model._meta.label}: {path} goes through two to-many relations")
    name = f"{relation.model._meta.label}({relation.name})__{far.lookup}"
    many = Many(relation.model, relation.attname, far.lookup)
    return Path(tuple(hops), name, far.convert, far.column, many)


def _through_table(model: type[models.Model], path: str, named: re.Match[str]) -> Path:
    hops: list[str] = []
    here = model
    for part in filter(None, (named["hops"] or "").split("__")):
        found = _field(model, path, here, part)
        if not found.is_relation or found.related_model is None or isinstance(found, models.ForeignObjectRel):
            raise ImproperlyConfigured(f"{model._meta.label}: {path} takes a wrong turn at {part}")
        hops.append(found.name)
        here = found.related_model
    try:
        relation: Any = apps.get_model(named["table"])._meta.get_field(named["back"])
    except (LookupError, FieldDoesNotExist) as problem:
        raise ImproperlyConfigured(f"{model._meta.label}: {path}: {problem}") from None
    if relation.related_model is not here:
        raise ImproperlyConfigured(f"{model._meta.label}: {path} does not come back to {here._meta.label}")
    return _through_many(model, path, hops, relation, named["rest"])


def field_in(model: type[models.Model], path: str, values: Values) -> Q | bool:
    """The condition that the path holds one of the values; True or False where no row need be read.

    Under `~` an empty field counts as holding none of them, as it does to `Subject`.
    """
    (part,) = fields_in(model, [(path, values)])
    return part


def fields_in(model: type[models.Model], pairs: Iterable[tuple[str, Values]]) -> list[Q | bool]:
    """Conditions of which one holds where one of the paths holds one of its values.

    Paths through the same table make one condition: what is shared with somebody by name or with their team is one
    look at the shares instead of two, and half the SQL to write and to plan.
    """
    parts: list[Q | bool] = []
    through: dict[tuple[tuple[str, ...], type[models.Model], str], Q] = {}
    for path, values in pairs:
        taken = resolve(model, path)
        if not values:
            parts.append(False)
        elif taken.many is None:
            parts.append(holds(taken.lookup, values))
        else:
            table = (taken.hops, taken.many.model, taken.many.back)
            through[table] = through.get(table, Q()) | holds(taken.many.rest, values)
    for (hops, far, back), wanted in through.items():
        rows = far._default_manager.filter(wanted)
        if far._meta.get_field(back).null:
            # Under `~` one empty reference would make the whole list empty.
            rows = rows.filter(**{f"{back}__isnull": False})
        parts.append(Q(**{f"{'__'.join(hops) or 'pk'}__in": rows.values(back)}))
    return parts


def holds(lookup: str, values: Values) -> Q:
    """The condition that a column, by its lookup, holds one of the values."""
    filled = sorted((value for value in values if value is not None), key=str)
    condition = Q()
    if len(filled) == 1:
        condition = Q(**{lookup: filled[0]})
    elif filled:
        condition = Q(**{f"{lookup}__in": filled})
    return condition | Q(**{f"{lookup}__isnull": True}) if None in values else condition


@dataclass(slots=True)
class Subject:
    """One object, seen through paths. `given` stands for rows on a to-many path, in a world that is only supposed."""

    obj: models.Model
    given: dict[str, Values] = field(default_factory=dict)

    @property
    def model(self) -> type[models.Model]:
        return type(self.obj)

    def canonical(self, path: str) -> str:
        """One name for each column, however the path was spelled."""
        return resolve(self.model, path).lookup

    def end(self, path: str) -> Any:
        """The object that carries the path's last column; None where an empty reference stands on the way."""
        here: Any = self.obj
        for hop in resolve(self.model, path).hops:
            here = getattr(here, hop)
            if here is None:
                return None
        return here

    def values(self, path: str) -> Values:
        """What the path holds: one value (None for an empty field), or many through a reverse relation."""
        taken = resolve(self.model, path)
        if taken.lookup in self.given:
            return self.given[taken.lookup]
        here = self.end(path)
        if taken.many is not None:
            far = taken.many
            if here is None:
                return frozenset()
            rows = far.model._default_manager.filter(**{far.back: here.pk})
            return frozenset(rows.values_list(far.rest, flat=True))
        return frozenset({None if here is None else taken.convert.to_python(getattr(here, taken.leaf))})

    def one(self, path: str | None) -> Any:
        """The single value of a forward path, or None."""
        return next(iter(self.values(path)), None) if path else None

    def with_field(self, path: str, value: Any) -> "Subject":
        """The same object as if the path held this value; neither the object nor the database is touched."""
        taken = resolve(self.model, path)
        if taken.many is not None:
            return Subject(self.obj, {**self.given, taken.lookup: frozenset({value})})
        changed = copy(self.obj)
        here: Any = changed
        for hop in taken.hops:
            there = copy(getattr(here, hop))
            setattr(here, hop, there)
            here = there
        setattr(here, taken.leaf, value)
        return Subject(changed, dict(self.given))
