"""The audit trail for programs."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from firmament.kernel.api.operations import operation
from firmament.kernel.api.paging import Cursor, Limit, Page, cursor_page
from firmament.kernel.api.problems import Problem
from firmament.kernel.ledger.events import Category, every_code
from firmament.kernel.proof.entries import envelopes
from firmament.kernel.proof.models import Checkpoint
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.audit.actions import note_reading
from firmament.modules.audit.events import TrailRead
from firmament.modules.audit.policies import Can
from firmament.modules.audit.reports.proof import consistency, proof_of
from firmament.modules.audit.reports.trail import entries_for
from firmament.modules.audit.schemas import CheckpointOut, ConsistencyOut, EntryOut, EntryProofOut

router = Router(tags=["audit"])

Area = Literal[
    "auth",
    "permissions",
    "break_glass",
    "finance",
    "documents",
    "esignature",
    "data_access",
    "configuration",
    "clients",
    "system",
]
Size = Annotated[int, Field(ge=1, le=2**53, description="A number of entries.")]
Code = Annotated[str, Field(max_length=80, description="An event, such as `clients.client_created`.")]


@router.get("", response=Page[EntryOut])
@operation(Can.VIEW, recorded_read=True)
def list_entries(
    request: FirmRequest,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: Literal["occurred_at", "-occurred_at"] = "-occurred_at",
    category: Area | None = None,
    code: Code = "",
    user_id: UUID | None = None,
    since: datetime | None = None,
    before: datetime | None = None,
) -> HttpResponse:
    """The audit trail. Reading it is written into it, once in five minutes for the same question."""
    rows = entries_for(request.actor)
    exact = {"category": category, "code__in": every_code(code) if code else None, "user_id": user_id}
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    if since is not None:
        rows = rows.filter(occurred_at__gte=since)
    if before is not None:
        rows = rows.filter(occurred_at__lt=before)
    answer = cursor_page(request, rows, EntryOut, limit=limit, cursor=cursor, sort=sort)
    note_reading(
        request.actor,
        TrailRead(
            who=user_id,
            area=category or "",
            event=code,
            first_day=since.date() if since else None,
            last_day=before.date() if before else None,
        ),
    )
    return answer


@router.get("/checkpoints", response=Page[CheckpointOut])
@operation(Can.VIEW)
def list_checkpoints(
    request: FirmRequest,
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: Literal["created_at", "-created_at"] = "-created_at",
) -> HttpResponse:
    """Signed checkpoints of the audit trail, the newest first. Keep them where nobody of the firm can change them."""
    rows = Checkpoint.objects.visible_to(request.actor)
    return cursor_page(request, rows, CheckpointOut, limit=limit, cursor=cursor, sort=sort)


@router.get("/consistency", response=ConsistencyOut)
@operation(Can.VIEW, problems={422: "The log never had these sizes."})
def get_consistency(request: FirmRequest, old: Size, new: Size) -> dict[str, object]:
    """Proof that the log of `new` entries begins with that of `old`."""
    proof = consistency(old, new)
    if proof is None:
        raise Problem(422, "no_such_log", _("The log never had these sizes."))
    return {"old": old, "new": new, "proof": list(proof)}


@router.get("/{pk}/proof", response=EntryProofOut)
@operation(Can.VIEW, recorded_read=True, problems={409: "The entry is not numbered and signed yet."})
def get_entry_proof(request: FirmRequest, pk: UUID) -> dict[str, object]:
    """An entry's number, and the proof that it stands in the signed log. Reading it is written into the trail."""
    entry = get_object_or_404(entries_for(request.actor), pk=pk)
    found = proof_of(entry.pk)
    if found is None:
        raise Problem(409, "not_signed_yet", _("The entry is not numbered and signed yet."))
    note_reading(request.actor, TrailRead(entry_id=entry.pk))
    return {
        "seq": found.seq,
        "size": found.size,
        "leaf": found.leaf,
        "proof": list(found.proof),
        "checkpoint": found.checkpoint,
        "envelope": envelopes([entry.pk])[entry.pk],
    }


# The list above is spelt out for the document; a category that comes later must not be forgotten in it.
assert set(Area.__args__) == set(Category.values)  # type: ignore[attr-defined]  # a Literal's own
