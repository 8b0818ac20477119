"""How many rows match, as far as anybody wants to know."""

from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery

# Counting further costs time and tells nobody more.
COUNTED = 10_000


class CountOf(Subquery):
    """How many rows a query has; PostgreSQL counts once, however many rows it stands beside."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def countable(narrowed: "QuerySet[Any]") -> "QuerySet[Any]":
    """Its rows to be counted, at most one more than anybody is told of."""
    return narrowed.order_by().values("pk")[: COUNTED + 1]
