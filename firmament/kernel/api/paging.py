"""Lists by cursor: `{"items": [...], "next": "…" | null}`, stable while rows come and go."""

import json
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel, Field

from firmament.kernel.api.answers import Shape, adapter_of, json_answer
from firmament.kernel.api.problems import Problem
from firmament.kernel.web.keyset import (
    BadCursor,
    Finder,
    Order,
    Place,
    beyond,
    decode,
    encode,
    order_of,
    ordering,
)

Item = TypeVar("Item")

MAX_LIMIT = 200

Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="How many items at most.")]
Cursor = Annotated[
    str, Field(max_length=4096, description="`next` of the page before; empty for the first page.")
]


class Page(BaseModel, Generic[Item]):
    """One page. `next` is the cursor of the page after it, null on the last."""

    items: list[Item]
    next: str | None


def cursor_page(
    request: HttpRequest,
    rows: "QuerySet[Any]",
    form: Shape | type[BaseModel],
    *,
    limit: int,
    cursor: str,
    sort: str,
    finder: Finder | None = None,
) -> HttpResponse:
    """Answer with one page of `rows` in the order `sort` ("-created_at"), or of what a `finder` finds of them.

    With a `Shape` the items are JSON made in SQL; with a schema the rows become instances first, for objects
    that Python must compute. Let the operation declare `sort` as a Literal: it names ORM paths.
    """
    order = order_of(rows.model, sort)
    place = None
    if cursor:
        try:
            place = decode(rows.model, order, cursor)
        except BadCursor as error:
            raise _bad_cursor() from error
    if finder is not None:
        rows = finder.page(order, place, backwards=False, most=limit + 1)
    if place is not None:
        rows = rows.filter(beyond(order, place))
    rows = rows.order_by(*ordering(order))[: limit + 1]
    items, last = (
        _shaped(rows, form, order, limit) if isinstance(form, Shape) else _dumped(rows, form, order, limit)
    )
    following = json.dumps(encode(order, last)).encode() if last is not None else b"null"
    return json_answer(b'{"items":[' + items + b'],"next":' + following + b"}")


def _bad_cursor() -> Problem:
    message = "Start again without a cursor."
    where = {"path": "query/cursor", "code": "cursor_invalid", "message": message}
    return Problem(422, "cursor_invalid", errors=[where])


def _shaped(rows: "QuerySet[Any]", form: Shape, order: Order, limit: int) -> tuple[bytes, Place | None]:
    found = list(rows.values_list(form.text(), order.path, "pk"))
    more = len(found) > limit
    page = found[:limit]
    place = Place(page[-1][1], page[-1][2]) if more else None
    return ",".join([row[0] for row in page]).encode(), place


def _dumped(
    rows: "QuerySet[Any]", schema: type[BaseModel], order: Order, limit: int
) -> tuple[bytes, Place | None]:
    found = list(rows)
    page = found[:limit]
    adapter = adapter_of(list[schema])  # type: ignore[valid-type]  # a type made at run time
    body = adapter.dump_json(adapter.validate_python(page, from_attributes=True))
    place = None
    if len(found) > limit:
        value: Any = page[-1]
        for step in order.path.split("__"):
            value = getattr(value, step, None)
        place = Place(value, page[-1].pk)
    return body[1:-1], place
