"""Paging that stands still while rows come and go.

A page begins after a row, not at a number: `(sort value, id) > (x, y)`, written so that an index on
(firm, sort column, id) serves it. Empty values come last in either direction.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.crypto import constant_time_compare, salted_hmac

_SALT = "firmament.keyset"


class BadCursor(ValueError):
    """The cursor is not one of ours, or was made for another order."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order of a list: an ORM path to a column, its direction, and whether the column may be empty."""

    path: str
    descending: bool = False
    nullable: bool = False

    @property
    def name(self) -> str:
        return f"-{self.path}" if self.descending else self.path


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place in an order: its sort value and its id."""

    value: Any
    pk: Any


class Finder(Protocol):
    """A way of a list's own to the rows of one page, where the database would look through too many to find them."""

    def page(self, order: Order, place: Place | None, *, backwards: bool, most: int) -> "QuerySet[Any]":
        """At least the first `most` rows beyond the place, in the order; others too, but none that is not asked for."""

    def count(self, most: int) -> int:
        """How many are asked for in all, and not beyond `most`."""


def order_of(model: type[Model], name: str) -> Order:
    """The order called `name` ("-due_on"); whether it may be empty is read from the model."""
    path = name.removeprefix("-")
    return Order(path, name.startswith("-"), _nullable(model, path))


def ordering(order: Order, *, backwards: bool = False) -> Sequence[OrderBy]:
    """The ORDER BY of a page; backwards for the page before a row."""
    descending = order.descending != backwards
    nulls: dict[str, bool] = {}
    if order.nullable:
        nulls = {"nulls_first": True} if backwards else {"nulls_last": True}
    return (
        OrderBy(F(order.path), descending=descending, **nulls),
        OrderBy(F("pk"), descending=descending),
    )


def beyond(order: Order, place: Place, *, backwards: bool = False) -> Q:
    """The rows after a place; backwards: those before it."""
    up = order.descending == backwards
    step, bound, tie = ("gt", "gte", "gt") if up else ("lt", "lte", "lt")
    same = Q(**{order.path: place.value, f"pk__{tie}": place.pk})
    if place.value is None:
        # Empty values stand last: after one come only others, before one also everything that has a value.
        same = Q(**{f"{order.path}__isnull": True, f"pk__{tie}": place.pk})
        return same | Q(**{f"{order.path}__isnull": False}) if backwards else same
    further = Q(**{f"{order.path}__{step}": place.value}) | same
    if order.nullable and not backwards:
        return further | Q(**{f"{order.path}__isnull": True})
    # The first part alone can be an index condition; an OR cannot.
    return Q(**{f"{order.path}__{bound}": place.value}) & further


def encode(order: Order, place: Place) -> str:
    """An opaque, signed name of a place. Signed, so that what comes back needs no defence in depth."""
    body = json.dumps([order.name, _plain(place.value), _plain(place.pk)], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_signature(body) + body).rstrip(b"=").decode()


def decode(model: type[Model], order: Order, text: str) -> Place:
    """The place a cursor names; `BadCursor` unless we made it, for this order."""
    if len(text) > 4096:
        raise BadCursor("too long")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadCursor("not base64") from error
    signature, body = raw[:16], raw[16:]
    if not constant_time_compare(signature, _signature(body)):
        raise BadCursor("not signed by us")
    name, value, pk = json.loads(body)
    if name != order.name:
        raise BadCursor("made for another order")
    try:
        return Place(_typed(model, order.path, value), _typed(model, "pk", pk))
    except (ValidationError, ValueError) as error:
        raise BadCursor("no longer fits") from error


def place_of(order: Order, row: Mapping[str, Any]) -> Place:
    """The place of a row as `values()` gives it."""
    return Place(row[order.path], row["pk"])


def _signature(body: bytes) -> bytes:
    return salted_hmac(_SALT, body, algorithm="sha256").digest()[:16]


def _plain(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case _:
            return value


def _typed(model: type[Model], path: str, value: Any) -> Any:
    field = _field(model, path)
    return value if field is None or value is None else field.to_python(value)


def _nullable(model: type[Model], path: str) -> bool:
    """Whether any step of the path may be empty; an annotation is taken to be."""
    here: type[Model] = model
    steps = path.split("__")
    for step in steps:
        try:
            field = here._meta.pk if step == "pk" else here._meta.get_field(step)
        except FieldDoesNotExist:
            return True
        if getattr(field, "null", True):
            return True
        here = getattr(field, "related_model", None) or here
    return False


def _field(model: type[Model], path: str) -> "Field[Any, Any] | None":
    here: type[Model] = model
    found: Any = None
    for step in path.split("__"):
        try:
            found = here._meta.pk if step == "pk" else here._meta.get_field(step)
        except FieldDoesNotExist:
            return None
        here = getattr(found, "related_model", None) or here
    return found if isinstance(found, Field) else None
