"""Which entries somebody may find, as a condition that stands inside the search itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q

from firmament.kernel.policies.decide import visible
from firmament.kernel.search.models import Entry
from firmament.kernel.search.sources import sources
from firmament.kernel.tenancy.actor import Actor, Domain

# For a page of hits: each is looked up, where IN would read the whole room.
SEEN = "(e.kind = %s AND EXISTS (SELECT FROM ({rows}) AS seen (id) WHERE seen.id = e.object_id))"


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with its parameters."""

    text: str
    parameters: tuple[Any, ...]


def entries_within(actor: Actor, kinds: Iterable[str] | None) -> Q | None:
    """The entries the actor may see, of these kinds or of all; None when that is certainly none."""
    found: Q | None = None
    for source in sources(kinds):
        part = Q(kind=source.kind) & visible(actor, source.view_power, source.model_class, holds=source.holds)
        found = part if found is None else found | part
    return found


def reach_of(actor: Actor, condition: Q | None) -> Sql | None:
    """The condition as SQL on the tables `search_entry` and `search_chunk c`; None when no row can meet it."""
    if condition is None:
        return None
    query = Entry.objects.filter(condition).query
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    query.get_initial_alias()
    try:
        sql, parameters = compiler.compile(query.where)
    except EmptyResultSet:
        return None
    except FullResultSet:
        sql, parameters = "true", ()
    own_words = " AND NOT c.internal" if actor.domain == Domain.CLIENT else ""
    return Sql(f"({sql}){own_words}", tuple(parameters))


def still_visible(actor: Actor, kinds: Iterable[str] | None) -> Sql:
    """The condition on `e` that the actor may see its object at this moment, asked of the object itself.

    What the index knows of an object may be a second old; the rooms' own tables are not.
    """
    parts: list[str] = []
    parameters: list[Any] = []
    for source in sources(kinds):
        seen = visible(actor, source.view_power, source.model_class)
        rows = source.model_class._default_manager.order_by().filter(seen).values("pk")
        try:
            text, given = rows.query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        except EmptyResultSet:
            continue
        parts.append(SEEN.format(rows=text))
        parameters += [source.kind, *given]
    return Sql(" OR ".join(parts) or "false", tuple(parameters))
