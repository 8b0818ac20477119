"""What other rooms may ask of the trail: where a thing's history is, and how much happened.

`thing_history`, in an AppConfig: `(actor, kind, pk) -> str`, the address of the page with a thing's whole history, "" for whoever
may not open it; `{% history_url thing %}` asks for it.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from firmament.kernel.ledger.search import Asked, outcome_of, search
from firmament.kernel.policies.decide import may, require
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.links import link
from firmament.modules.audit.policies import Can
from firmament.modules.audit.reports.trail import (
    NEEDED,
    kept_from,
    readable_entries,
    sentence,
    who,
    with_words,
)

__all__ = [
    "NEEDED",
    "Count",
    "counts",
    "history_address",
    "readable_entries",
    "sentence",
    "who",
    "with_words",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """So many entries of one kind."""

    category: str
    code: str
    outcome: str
    door: str
    entries: int


def history_address(actor: Actor, kind: str, pk: UUID) -> str:
    """The page with the whole history of a thing; of a member of the firm, the page with what they did too."""
    if kind == "tenancy.membership":
        return link("audit:person", pk=pk) if may(actor, Can.VIEW) else ""
    return link("audit:thing", kind=kind, pk=pk) if may(actor, Can.TIMELINE) else ""


def counts(actor: Actor, *, since: datetime, before: datetime) -> list[Count]:
    """How many entries of each kind there were, from the one moment until before the other; counted in an index.

    Without what a wall keeps the reader from. Denied for whoever may not read the trail.
    """
    require(actor, Can.VIEW)
    found: Counter[tuple[str, str, str]] = Counter()
    asked = Asked(since=since, before=before, hidden=kept_from(actor))
    for cell, n in search(asked).by_cell().items():
        found[cell.category, cell.code, cell.domain] += n
    return [
        Count(category=category, code=code, outcome=outcome_of(code).value, door=door, entries=n)
        for (category, code, door), n in sorted(found.items())
    ]
