"""How far the trail is proven, and the proof of one entry."""

import base64
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from firmament.kernel.identity.models import User
from firmament.kernel.jobs.models import OPEN, JobRun
from firmament.kernel.ledger.models import Entry
from firmament.kernel.proof.archive import newest_checkpoint
from firmament.kernel.proof.events import VerificationAsked
from firmament.kernel.proof.faults import Fault
from firmament.kernel.proof.models import Checkpoint, Log, LogEntry, SigningKey, Verification
from firmament.kernel.proof.tree import Tree
from firmament.kernel.proof.verify import last_verification

SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the page of the proof shows."""

    size: int
    checkpoint: Checkpoint | None
    keys: tuple[SigningKey, ...]
    last: Verification | None
    faults: tuple[Fault, ...]
    asked_by: str
    run: JobRun | None

    @property
    def broken(self) -> bool:
        return self.last is not None and self.last.outcome == Verification.Outcome.BROKEN


def state() -> State:
    """The firm's log, its last checkpoint and its last verification, with the one at work."""
    last = last_verification()
    faults = tuple(Fault.of_json(kept) for kept in last.faults[:SHOWN]) if last else ()
    asked = (
        User.objects.filter(pk=last.user_id).values_list("name", flat=True) if last and last.user_id else ()
    )
    return State(
        size=Log.objects.values_list("size", flat=True).first() or 0,
        checkpoint=newest_checkpoint(),
        keys=tuple(SigningKey.objects.order_by("-created_at")),
        last=last,
        faults=faults,
        asked_by=next(iter(asked), ""),
        run=verification_at_work(),
    )


def verification_at_work() -> JobRun | None:
    """The verification that somebody asked for and that has not ended."""
    asked = Entry.objects.filter(code=VerificationAsked.code).order_by("-occurred_at", "-pk")
    entry_id = asked.values_list("pk", flat=True).first()
    run = JobRun.objects.following(entry_id).first() if entry_id else None
    return run if isinstance(run, JobRun) and run.state in OPEN else None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryProof:
    """That one entry stands in the log. Hashes are base64, from the leaf up to the root (RFC 9162 §2.1.3)."""

    seq: int
    leaf: str
    numbered_at: datetime
    size: int
    proof: tuple[str, ...]
    checkpoint: str


def proof_of(pk: UUID) -> EntryProof | None:
    """The proof of an entry by the last checkpoint; None while it has no number under one.

    Where the stored tree was damaged there is no proof either; a verification says why.
    """
    row = LogEntry.objects.filter(pk=pk).first()
    checkpoint = newest_checkpoint()
    if row is None or checkpoint is None or row.seq >= checkpoint.size:
        return None
    try:
        steps = Tree().inclusion(row.seq, checkpoint.size)
    except ValueError:
        return None
    return EntryProof(
        seq=row.seq,
        leaf=_text(bytes(row.leaf)),
        numbered_at=row.created_at,
        size=checkpoint.size,
        proof=tuple(map(_text, steps)),
        checkpoint=checkpoint.note,
    )


def consistency(old: int, new: int) -> tuple[str, ...] | None:
    """The hashes that lead from the first `old` entries to the first `new`; None where there are no such sizes."""
    size = Log.objects.values_list("size", flat=True).first() or 0
    if not 0 < old <= new <= size:
        return None
    try:
        return tuple(map(_text, Tree().consistency(old, new)))
    except ValueError:
        return None


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
