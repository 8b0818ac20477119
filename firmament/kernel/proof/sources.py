"""Which rows are numbered and proven, and what of each.

A kind of row takes three things to be numbered:

1. Its model carries the trigger `firmament.kernel.tenancy.triggers.NUMBERED` (`triggers = (NUMBERED,)`), which notes each
   new row in `proof_pending`, whoever inserts it. Its key is `id`, a UUID, as of every firm table; it is `append_only`.
2. It is declared, once, when the process starts:

       declare_source("row_change", model=RowChange, envelope=envelopes_of_changes)

   by its own package's `apps.py` where that stands above this one, or by a file of this package where it stands below
   (as `entries.py` does for the ledger).
3. `envelope(ids)` gives, for those of the ids that are there, a dict of what JSON has: `leaves.read_exact` reads a jsonb
   column's text so that no two values look alike, and `leaves.INSTANT` writes a time in SQL. It begins with
   `{"v": 1, "source": code, "id": …, "firm": …}`, holds every column that means something and no personal value: those
   stand in `payload` as commitments (`ledger.payload.commitment`). Its form is for ever: what changes gets another "v".

`personal(ids)`, where rows have values that may be erased, gives those that are still there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from firmament.kernel.tenancy.models import FirmModel

Envelope = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """A value that may be erased: the row it belongs to, its field in that row's payload, salt and value."""

    object_id: UUID
    field: str
    salt: bytes
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One kind of row that is numbered."""

    code: str
    model: type[FirmModel]
    envelope: Callable[[Sequence[UUID]], Mapping[UUID, Envelope]]
    personal: Callable[[Sequence[UUID]], Iterable[Personal]] | None = None

    @property
    def table(self) -> str:
        """Under this name the trigger notes its rows."""
        return self.model._meta.db_table


_sources: dict[str, Source] = {}


def declare_source(
    code: str,
    *,
    model: type[FirmModel],
    envelope: Callable[[Sequence[UUID]], Mapping[UUID, Envelope]],
    personal: Callable[[Sequence[UUID]], Iterable[Personal]] | None = None,
) -> None:
    """Let the rows of this model be numbered; see the head of this file."""
    _sources[code] = Source(code=code, model=model, envelope=envelope, personal=personal)


def sources() -> dict[str, Source]:
    """Every kind of row that is numbered, by its code."""
    return dict(_sources)


def source_of_table(table: str) -> Source | None:
    """The source whose rows the trigger notes under this table's name."""
    return next((source for source in _sources.values() if source.table == table), None)
