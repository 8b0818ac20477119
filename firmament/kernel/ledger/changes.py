"""What every change of fields has in common: compare, check, say what stood there."""

from collections.abc import Mapping
from typing import Any

from django.db import models

from firmament.kernel.ledger.events import Change


def apply_changes(row: models.Model, fields: Mapping[str, Any]) -> tuple[Change, ...]:
    """Set the fields that differ and check them; returns what changed, as people read it.

    Raises ValidationError by field. Nothing is saved.
    """
    changes = []
    for name, after in fields.items():
        column = row._meta.get_field(name)
        before = getattr(row, name)
        if before == after:
            continue
        label = str(getattr(column, "verbose_name", name))
        shown_before = shown(row, name)
        setattr(row, name, after)
        changes.append(Change(field=label, before=shown_before, after=shown(row, name)))
    untouched = {column.name for column in row._meta.concrete_fields} - set(fields)
    row.clean_fields(exclude=untouched)
    return tuple(changes)


def shown(row: models.Model, name: str) -> str:
    """A field's value as people read it; empty for nothing."""
    value = getattr(row, name)
    if value in (None, ""):
        return ""
    label = getattr(row, f"get_{name}_display", None)
    return str(label()) if label else str(value)
