"""One person's day, gathered from the rooms' public doors."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from firmament.kernel.approvals.waiting import Waiting, pending_for
from firmament.kernel.ledger.timeline import ActivityRow
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import current_firm
from firmament.kernel.web.links import link, row_links
from firmament.lib.instant import today
from firmament.modules.clients.public import recent_changes
from firmament.modules.documents.public import OpenRequest, open_requests

SOON = timedelta(days=7)
SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A request on somebody's day."""

    url: str
    request: OpenRequest
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalLine:
    """Something on somebody's day that waits for their approval."""

    url: str
    approval: Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What waits for staff, what the client is late with, what is due soon, and what happened."""

    to_check: tuple[Line, ...]
    late: tuple[Line, ...]
    soon: tuple[Line, ...]
    open_count: int
    approvals: tuple[ApprovalLine, ...]
    changes: list[ActivityRow]


def day_of(actor: Actor) -> Day:
    """A member's day; what belongs to their own clients stands first."""
    address = row_links("documents:request")
    lines = [
        Line(
            url=address(row.id),
            request=row,
            mine=row.owner_id is not None and row.owner_id == actor.membership_id,
        )
        for row in open_requests(actor)
    ]
    lines.sort(key=lambda line: not line.mine)
    until = today(current_firm().timezone) + SOON
    return Day(
        to_check=tuple(line for line in lines if line.request.to_check),
        late=tuple(line for line in lines if line.request.overdue and not line.request.to_check),
        soon=tuple(
            line
            for line in lines
            if not line.request.overdue and not line.request.to_check and line.request.due_on <= until
        ),
        open_count=len(lines),
        approvals=tuple(
            ApprovalLine(url=link(row.url_name, pk=row.object_id), approval=row) for row in pending_for(actor)
        ),
        changes=recent_changes(actor, limit=SHOWN),
    )


def called(name: str) -> str:
    """What to call somebody: the first word of the name that is no title ("Dr.", "Prof.")."""
    return next((word for word in name.split() if not word.endswith(".")), name)


def next_step_of(actor: Actor) -> dict[str, Any]:
    """The one thing a client should do now, and what comes after it."""
    address = row_links("documents_portal:request")
    waiting = [
        {"url": address(row.id), "request": row, "missing": row.items - row.done - row.to_check}
        for row in open_requests(actor)
    ]
    first = next((line for line in waiting if line["missing"]), None)
    return {
        "step": first,
        "later": [line for line in waiting if line is not first and line["missing"]],
        "in_review": [line for line in waiting if not line["missing"]],
    }
