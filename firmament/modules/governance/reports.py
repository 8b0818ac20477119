"""What a question for approval is about: how the thing reads, and what that changes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from firmament.kernel.approvals.models import Approval
from firmament.kernel.approvals.policy import approval_policy
from firmament.kernel.approvals.rooms import words_in_its_room
from firmament.kernel.approvals.waiting import Waiting
from firmament.kernel.web.differences import compared, readable_content
from firmament.ui.shapes import ComparedField

# Beyond so many the page says to open the thing; comparing texts is work.
COMPARED = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The content asked about against the version approved before it; 0 when there is none, and all of it is new."""

    against: int
    fields: tuple[ComparedField, ...]


def readings(waiting: Iterable[Waiting]) -> dict[UUID, Reading]:
    """By the question's id, for the first that wait; two queries for each kind of thing."""
    by_kind: dict[str, list[Waiting]] = defaultdict(list)
    for row in list(waiting)[:COMPARED]:
        by_kind[row.approval.kind].append(row)
    found: dict[UUID, Reading] = {}
    for kind, rows in by_kind.items():
        before = _approved_before(kind, [row.object_id for row in rows])
        contents = _contents(kind, {(row.object_id, row.number) for row in rows} | set(before.items()))
        words = words_in_its_room(kind) or readable_content
        for row in rows:
            against = before.get(row.object_id, 0)
            old = words(contents[row.object_id, against]) if against else {}
            new = words(contents[row.object_id, row.number])
            found[row.id] = Reading(against=against, fields=compared(old, new))
    return found


def _approved_before(kind: str, objects: list[UUID]) -> dict[UUID, int]:
    """The version of each thing that was approved last."""
    rows = Approval.objects.filter(kind=kind, object_id__in=objects, state=Approval.State.APPROVED)
    return dict(rows.order_by("decided_at", "id").values_list("object_id", "version_number"))


def _contents(kind: str, wanted: set[tuple[UUID, int]]) -> dict[tuple[UUID, int], dict[str, object]]:
    versions: Any = approval_policy(kind).versions.objects
    rows = versions.filter(
        subject_id__in={pk for pk, _number in wanted}, number__in={number for _pk, number in wanted}
    )
    return {
        (pk, number): content for pk, number, content in rows.values_list("subject_id", "number", "content")
    }
