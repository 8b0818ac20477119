"""The columns of a changed row in words: references by their names, choices by their labels, moments by the reader's clock."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime

from firmament.kernel.ledger.events import Change
from firmament.kernel.ledger.words import plain
from firmament.kernel.tenancy.actor import Actor
from firmament.modules.audit.reports.entry import names_of

# What every table has, and says nothing about what was done.
UNTOLD = frozenset({"id", "firm_id", "created_at", "updated_at"})

Row = Mapping[str, Any]


def referred(actor: Actor, rows: Iterable[tuple[type[models.Model], Row]]) -> dict[UUID, str]:
    """What the rows that these values refer to are called, where the actor may see them; a query for each kind."""
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for model, value in rows:
        fields: Any = model._meta.concrete_fields
        for field in fields:
            if _refers(field) and field.column not in UNTOLD:
                for side in ("before", "after"):
                    if text := (value.get(side) or {}).get(field.column):
                        wanted[field.target_field.model._meta.label_lower].add(UUID(text))
    return {
        pk: name for kind, ids in sorted(wanted.items()) for pk, name in names_of(actor, kind, [*ids]).items()
    }


def _refers(field: Any) -> bool:
    return bool(field.is_relation) and isinstance(field.target_field, models.UUIDField)


def columns(model: type[models.Model] | None, value: Row, names: Mapping[UUID, str]) -> tuple[Change, ...]:
    """What each column held before and holds after; those of which there is nothing to say are left out."""
    before, after = value.get("before") or {}, value.get("after") or {}
    fields = {field.column: field for field in model._meta.concrete_fields} if model else {}
    return tuple(
        Change(
            field=str(fields[column].verbose_name if column in fields else column).capitalize(),
            before=_words(fields.get(column), before.get(column), names),
            after=_words(fields.get(column), after.get(column), names),
        )
        for column in sorted(set(before) | set(after))
        if column not in UNTOLD and (before.get(column) or after.get(column))
    )


def _words(field: Any, value: Any, names: Mapping[UUID, str]) -> str:
    if value in (None, "") or field is None:
        return plain(value)
    if _refers(field):
        return names.get(UUID(value)) or plain(value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    # A hand on the database may have written `infinity`, which is no moment of anybody's clock.
    if isinstance(field, models.DateTimeField) and (moment := parse_datetime(value)):
        return date_format(localtime(moment), "SHORT_DATETIME_FORMAT")
    return plain(value)
