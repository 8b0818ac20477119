"""Queries that every request asks: their SQL is made once, and only the values change.

Making the SQL of a query with a few sub-selects costs Django a millisecond of Python, more than PostgreSQL takes to
answer it.
"""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import QuerySet


class Compiled:
    """`Compiled(lambda pk: Row.objects.filter(pk=pk).values_list("name"), pk=UUID(int=1))(pk=…)`.

    `samples` give each parameter a value that stands nowhere else in the query, by which its places are found. Rows come
    as the driver gives them: fine for text, numbers, UUIDs, times and arrays of these, not for JSON. The query must
    always have the same shape; one that depends on anything else (the time, a setting) takes it as a parameter.
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, Any]"], **samples: Any) -> None:
        self._build = build
        self._samples = samples
        self._made: tuple[str, list[Any], list[tuple[int, str]]] | None = None

    def __call__(self, **values: Any) -> list[tuple[Any, ...]]:
        """The rows for these values."""
        if self._made is None:
            self._made = self._make()
        sql, params, places = self._made
        given = params.copy()
        for index, name in places:
            given[index] = values[name]
        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            return cursor.fetchall()

    def _make(self) -> tuple[str, list[Any], list[tuple[int, str]]]:
        sql, params = self._build(**self._samples).query.sql_with_params()
        places = [
            (index, name)
            for index, param in enumerate(params)
            for name, sample in self._samples.items()
            if type(param) is type(sample) and param == sample
        ]
        if missing := set(self._samples) - {name for _index, name in places}:
            raise ValueError(f"These parameters stand nowhere in the query: {sorted(missing)}")
        return sql, list(params), places
