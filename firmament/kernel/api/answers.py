"""Answers on the short way: from the database, or from a schema, straight to bytes.

ninja's own way (validate, dump to dicts, encode by Python's json) costs more than the query of a list of fifty.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import F, Func, QuerySet, TextField
from django.db.models.expressions import Combinable
from django.http import Http404, HttpResponse
from pydantic import BaseModel, TypeAdapter

from firmament.kernel.api.versions import version

JSON = "application/json"
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


def json_answer(body: bytes, *, status: int = 200, etag: str = "", location: str = "") -> HttpResponse:
    """Bytes that are JSON already."""
    response = HttpResponse(body, status=status, content_type=JSON)
    response.headers["Cache-Control"] = "no-store"
    if etag:
        response.headers["ETag"] = etag
    if location:
        response.headers["Location"] = location
    return response


def dump(
    schema: type[BaseModel], value: Any, *, status: int = 200, etag: str = "", location: str = ""
) -> HttpResponse:
    """One object by its schema; attributes are read, so a model instance will do."""
    adapter = adapter_of(schema)
    shaped = value if isinstance(value, schema) else adapter.validate_python(value, from_attributes=True)
    return json_answer(adapter.dump_json(shaped), status=status, etag=etag, location=location)


@cache
def adapter_of(schema: Any) -> "TypeAdapter[Any]":
    """The schema's adapter, built once."""
    return TypeAdapter(schema)


class JsonObject(Func):
    """`json_build_object('name', expression, …)`: each member an ORM path or an expression.

    Django's JSONObject makes jsonb, which sorts the members and costs more; its names travel as parameters,
    whose type a prepared statement cannot tell. Members that are columns of the model itself are written down without
    being resolved one by one: in a list of eighteen members that was half of what the ORM cost.
    """

    output_field = TextField()

    def __init__(self, **members: Any) -> None:
        if not all(_NAME.match(name) for name in members):
            raise ValueError("Members are named like Python attributes.")
        self.names = tuple(members)
        self.plain = {
            name: path for name, path in members.items() if isinstance(path, str) and "__" not in path
        }
        self.columns: dict[str, str] = {}
        super().__init__(*(_expression(value) for name, value in members.items() if name not in self.plain))

    def resolve_expression(self, query: Any = None, *args: Any, **kwargs: Any) -> "JsonObject":
        found: JsonObject = super().resolve_expression(query, *args, **kwargs)
        alias = query.get_initial_alias()
        found.columns = {
            name: f'"{alias}"."{query.model._meta.get_field(path).column}"'
            for name, path in self.plain.items()
        }
        return found

    def as_sql(  # type: ignore[override]  # no function, template or joiner to choose here
        self, compiler: Any, connection: Any, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        parts: list[str] = []
        params: list[Any] = []
        others = iter(self.get_source_expressions())
        for name in self.names:
            sql = self.columns.get(name)
            if sql is None:
                sql, inner = compiler.compile(next(others))
                params.extend(inner)
            parts.append(f"'{name}', {sql}")
        return f"json_build_object({', '.join(parts)})", tuple(params)


class JsonText(Func):
    """A JSON object as text, so that the driver hands the bytes on without reading them."""

    template = "(%(expressions)s)::text"
    output_field = TextField()


class JsonOrNull(Func):
    """An object that is null when the thing it describes is absent: `JsonOrNull(F("owner_id"), JsonObject(…))`."""

    template = "CASE WHEN %(expressions)s END"
    arg_joiner = " IS NOT NULL THEN "
    output_field = TextField()


def _expression(value: Any) -> Combinable:
    return F(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Shape:
    """How a model looks from outside: the schema that documents it, and each member's ORM path or expression.

    `Shape(ClientOut, id="id", name="name", owner=JsonOrNull(F("owner_id"), JsonObject(id="owner_id",
    name="owner__name")))`. PostgreSQL builds the JSON; a test holds it against the schema.
    """

    schema: type[BaseModel]
    members: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wanted = {info.serialization_alias or name for name, info in self.schema.model_fields.items()}
        if wanted != set(self.members):
            raise TypeError(
                f"{self.schema.__name__} and its shape differ: {sorted(wanted ^ set(self.members))}"
            )

    def text(self) -> JsonText:
        """The whole object as one column of text."""
        return JsonText(JsonObject(**self.members))


def shape(schema: type[BaseModel], **members: Any) -> Shape:
    """A `Shape` of which only those members are said that are not simply the column of their own name."""
    plain = {
        name: name for name in (info.serialization_alias or key for key, info in schema.model_fields.items())
    }
    return Shape(schema, plain | members)


def one(
    rows: "QuerySet[Any]", pk: UUID, form: Shape, *, status: int = 200, location: str = ""
) -> HttpResponse:
    """The object with this id, with its ETag; 404 where the query does not show it."""
    found = rows.filter(pk=pk).values_list(form.text(), "updated_at").first()
    if found is None:
        raise Http404
    text, updated_at = found
    return json_answer(text.encode(), status=status, etag=version(updated_at), location=location)


def empty() -> HttpResponse:
    """204."""
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})
