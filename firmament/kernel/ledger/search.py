"""Finding the newest entries of a question, however rare what is asked for is in however long a trail.

A firm's trail falls into cells: a category, a code, the door of entry. It knows a few hundred of them, and an index that
begins with person or thing and goes on with the cell is in the order of time within each. So a question is answered in two
steps: which cells does this person, this thing, this firm have (one step in the index for each), and then the newest
entries of each cell that fits, of which the newest of all are the page. The cost follows the number of cells and the length
of the page and nothing else: not the length of the trail, and not how seldom two things meet in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from firmament.kernel.ledger.events import Outcome, event_class


class Cell(NamedTuple):
    """Entries of one kind: of one thing, where things are asked about."""

    object_id: UUID | None
    category: str
    code: str
    domain: str


class Place(NamedTuple):
    """An entry's place in the order of time."""

    occurred_at: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question to the trail; what is None or empty narrows nothing.

    `objects`: entries that name any of these. `words`: each stands in the code, in capitals or not;
    `domains`: each is the door, so two different ones find nothing. `since` counts,
    `before` does not. `hidden`: what names one of these is left out, as a wall wants it.
    """

    user_id: UUID | None = None
    token_id: UUID | None = None
    objects: tuple[UUID, ...] = ()
    category: str = ""
    codes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    outcome: str = ""
    domains: tuple[str, ...] = ()
    request_id: str = ""
    since: datetime | None = None
    before: datetime | None = None
    hidden: tuple[UUID, ...] = field(default=())

    def fits(self, cell: Cell) -> bool:
        """Whether entries of this cell are asked for."""
        return (
            (not self.category or cell.category == self.category)
            and all(cell.domain == domain for domain in self.domains)
            and (not self.codes or cell.code in self.codes)
            and all(word.lower() in cell.code.lower() for word in self.words)
            and (not self.outcome or outcome_of(cell.code) == self.outcome)
        )


def outcome_of(code: str) -> Outcome:
    """How what stands under this code ended."""
    known = event_class(code)
    return Outcome.DONE if known is None else known.ends_as


@dataclass(frozen=True, slots=True)
class Search:
    """A question with the cells that fit it; one query has been asked."""

    asked: Asked
    cells: tuple[Cell, ...]

    def newest(self, *, most: int, beyond: Place | None = None, descending: bool = True) -> list[UUID]:
        """At most so many entries after a place, newest first; or from the oldest on, after it in that order."""
        if not self.cells:
            return []
        way, sign = ("DESC", "<") if descending else ("ASC", ">")
        lane = _lane(self.asked)
        place = f"AND (e.occurred_at, e.{lane.key}) {sign} (%(at)s, %(id)s)" if beyond else ""
        text = (
            f"SELECT DISTINCT f.occurred_at, f.id FROM {CELLS} CROSS JOIN LATERAL ("  # noqa: S608 - our own words
            f" SELECT e.occurred_at, e.{lane.key} AS id FROM {lane.table} e WHERE {lane.within} {place}"
            f" ORDER BY e.occurred_at {way}, e.{lane.key} {way} LIMIT %(most)s) f"
            f" ORDER BY f.occurred_at {way}, f.id {way} LIMIT %(most)s"
        )
        given = self._given(most=most)
        if beyond is not None:
            given |= {"at": beyond.occurred_at, "id": beyond.entry_id}
        return [row[1] for row in _rows(text, given)]

    def count(self, *, most: int) -> int:
        """How many there are, and not beyond `most`."""
        if not self.cells:
            return 0
        lane = _lane(self.asked)
        # What names two of the things asked about would be counted twice.
        twice = max(1, len(self.asked.objects))
        text = (
            "SELECT count(*) FROM (SELECT DISTINCT g.id FROM ("  # noqa: S608 - our own words
            f" SELECT f.id FROM {CELLS} CROSS JOIN LATERAL ("
            f" SELECT e.{lane.key} AS id FROM {lane.table} e WHERE {lane.within} LIMIT %(most)s) f"
            f" LIMIT %(most)s * {twice}) g LIMIT %(most)s) counted"
        )
        return int(_rows(text, self._given(most=most))[0][0])

    def by_cell(self) -> dict[Cell, int]:
        """How many there are in each cell; goes through all of them, so ask with a period."""
        if not self.cells:
            return {}
        lane = _lane(self.asked)
        text = (
            f"SELECT c.object_id, c.category, c.code, c.domain, f.n FROM {CELLS} CROSS JOIN LATERAL ("  # noqa: S608 - our own words
            f" SELECT count(*) AS n FROM {lane.table} e WHERE {lane.within}) f WHERE f.n > 0"
        )
        return {Cell(*row[:4]): row[4] for row in _rows(text, self._given(most=0))}

    def _given(self, *, most: int) -> dict[str, Any]:
        columns: dict[str, Any] = {
            name: [getattr(cell, name) for cell in self.cells] for name in Cell._fields
        }
        return {**columns, **_parameters(self.asked), "most": most}


def search(asked: Asked) -> Search:
    """The question, ready to be answered; asks which cells there are."""
    lane = _lane(asked)
    # One step in the index from each cell to the next (a loose index scan), however many entries lie between them.
    text = (
        "WITH RECURSIVE cell AS ("  # noqa: S608 - our own words
        f" SELECT o.object_id, f.* FROM unnest(%(asked_of)s::uuid[]) AS o (object_id) CROSS JOIN LATERAL ("
        f" SELECT e.category, e.code, e.domain FROM {lane.table} e WHERE {lane.owner('o')}"
        " ORDER BY e.category, e.code, e.domain LIMIT 1) f"
        " UNION ALL"
        " SELECT c.object_id, n.* FROM cell c CROSS JOIN LATERAL ("
        f" SELECT e.category, e.code, e.domain FROM {lane.table} e WHERE {lane.owner('c')}"
        " AND (e.category, e.code, e.domain) > (c.category, c.code, c.domain)"
        " ORDER BY e.category, e.code, e.domain LIMIT 1) n"
        ") SELECT object_id, category, code, domain FROM cell"
    )
    given = _parameters(asked) | {"asked_of": list(asked.objects) if lane.things else [None]}
    return Search(asked, tuple(cell for row in _rows(text, given) if asked.fits(cell := Cell(*row))))


CELLS = (
    "unnest(%(object_id)s::uuid[], %(category)s::text[], %(code)s::text[], %(domain)s::text[])"
    " AS c (object_id, category, code, domain)"
)


@dataclass(frozen=True, slots=True)
class _Lane:
    """The way through the trail that a question takes: a table, its entry's id, and what its index begins with."""

    table: str
    key: str
    begins: str
    inline: str
    things: bool

    def owner(self, who: str) -> str:
        """What holds of every entry `e` of the lane; `who` has the thing that is asked about."""
        return self.begins.format(who=who)

    @property
    def within(self) -> str:
        """What holds of an entry `e` of the cell `c`."""
        cell = "e.category = c.category AND e.code = c.code AND e.domain = c.domain"
        return f"{self.owner('c')} AND {cell}{self.inline}"


def _lane(asked: Asked) -> _Lane:
    # Of one request there are few entries: whatever else is asked of them is looked at one by one.
    things = bool(asked.objects) and not asked.request_id
    table, key = ("ledger_targetline", "entry_id") if things else ("ledger_entry", "id")
    begins, inline = ["true"], [""]
    if things:
        begins.append("e.object_id = {who}.object_id")
    if asked.request_id:
        begins.append("e.request_id = %(request_id)s AND e.request_id > ''")
    if asked.user_id:
        begins.append("e.user_id = %(user_id)s")
    if asked.token_id and not things:
        begins.append("e.token_id = %(token_id)s")
    if asked.token_id and things:
        inline.append(
            "coalesce((SELECT w.token_id = %(token_id)s FROM ledger_entry w WHERE w.id = e.entry_id), false)"
        )
    if asked.objects and not things:
        inline.append(NAMES.format(key=key, ids="things"))
    if asked.since:
        inline.append("e.occurred_at >= %(since)s")
    if asked.before:
        inline.append("e.occurred_at < %(before)s")
    if asked.hidden:
        inline.append("NOT " + NAMES.format(key=key, ids="hidden"))
    return _Lane(table, key, " AND ".join(begins), " AND ".join(inline), things)


# As a value and not as EXISTS: that would be made a join, which goes through whatever the hidden things are named by.
NAMES = (
    "coalesce((SELECT true FROM ledger_entrytarget t WHERE t.entry_id = e.{key}"
    " AND t.object_id = ANY(%({ids})s::uuid[]) LIMIT 1), false)"
)


def _parameters(asked: Asked) -> dict[str, Any]:
    return {
        "user_id": asked.user_id,
        "token_id": asked.token_id,
        "request_id": asked.request_id,
        "since": asked.since,
        "before": asked.before,
        "hidden": list(asked.hidden),
        "things": list(asked.objects),
    }


def _rows(text: str, given: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, given)
        return cursor.fetchall()
