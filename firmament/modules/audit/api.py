"""The audit trail for programs."""

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from firmament.kernel.api.operations import operation
from firmament.kernel.api.paging import Cursor, Limit, Page, cursor_page
from firmament.kernel.api.problems import Problem
from firmament.kernel.proof.entries import envelopes
from firmament.kernel.proof.models import Checkpoint
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.audit.actions import note_reading
from firmament.modules.audit.events import TrailRead
from firmament.modules.audit.policies import Can
from firmament.modules.audit.reports.asking import finder_for
from firmament.modules.audit.reports.proof import consistency, proof_of
from firmament.modules.audit.reports.trail import entries_for
from firmament.modules.audit.schemas import (
    CheckpointOut,
    ConsistencyOut,
    EntryOut,
    EntryProofOut,
    TrailFilters,
)

router = Router(tags=["audit"])

Size = Annotated[int, Field(ge=1, le=2**53, description="A number of entries.")]


@router.get("", response=Page[EntryOut])
@operation(Can.VIEW, recorded_read=True)
def list_entries(
    request: FirmRequest,
    filters: Query[TrailFilters],
    limit: Limit = 50,
    cursor: Cursor = "",
    sort: Literal["occurred_at", "-occurred_at"] = "-occurred_at",
) -> HttpResponse:
    """The audit trail. Reading it is written into it, once in a quarter of an hour for the same question."""
    asked = filters.asked()
    rows = entries_for(request.actor)
    finder = finder_for(request.actor, asked)
    if asked.since is not None:
        rows = rows.filter(occurred_at__gte=asked.since)
    if asked.before is not None:
        rows = rows.filter(occurred_at__lt=asked.before)
    answer = cursor_page(request, rows, EntryOut, limit=limit, cursor=cursor, sort=sort, finder=finder)
    note_reading(request.actor, filters.reading())
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
