"""What a table's checks say of a row that is not saved yet, in one question."""

from collections.abc import Collection
from typing import Any

from django.db import DatabaseError, connections, models, transaction
from django.db.models import CheckConstraint, Q, Value
from django.db.models.functions import Coalesce
from django.db.models.sql import Query
from django.db.models.sql.constants import SINGLE


def checks_that_hold(row: models.Model, exclude: Collection[str] | None, using: str) -> set[str]:
    """The names of the check constraints that need not be asked about: all of them where all hold, or none.

    Django asks about each by itself, in a savepoint of its own: three round trips for each, where a row nearly
    always passes. Those with an excluded field are not asked here, and Django passes them over. What cannot be answered (a
    character that PostgreSQL does not keep) counts as not held, and is asked about one by one.
    """
    left_out = set(exclude or ())
    asked = {
        constraint.name: constraint.condition
        for constraint in row._meta.constraints
        if isinstance(constraint, CheckConstraint)
        and not left_out & Q(constraint.condition).referenced_base_fields
    }
    return set(asked) if len(asked) > 1 and _hold(row, list(asked.values()), left_out, using) else set()


def _hold(row: models.Model, conditions: list[Any], exclude: set[str], using: str) -> bool:
    query = Query(None)
    for name, value in row._get_field_expression_map(meta=row._meta, exclude=exclude).items():  # type: ignore[attr-defined]
        query.add_annotation(
            value if hasattr(value, "resolve_expression") else Value(value), name, select=False
        )
    query.add_annotation(Value(1), "_check")
    for condition in conditions:
        # As in the table, a check that comes to NULL holds.
        query.add_q(Q(Coalesce(Q(condition), True, output_field=models.BooleanField())))
    try:
        with transaction.atomic(using=using, savepoint=connections[using].in_atomic_block):
            return query.get_compiler(using=using).execute_sql(SINGLE) is not None
    except DatabaseError:
        return False
