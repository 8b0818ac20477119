"""How the proof stands now: what has its number, what is signed, what waits, and what the last verification said."""

from dataclasses import dataclass
from datetime import datetime

from firmament.kernel.proof.archive import newest_checkpoint
from firmament.kernel.proof.models import Log, Pending, Verification
from firmament.kernel.proof.verify import last_verification
from firmament.kernel.tenancy.ambient import current_firm_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Of the firm at hand. `waiting` rows have no number yet; of `missing` ones nothing but their note is left."""

    numbered: int
    signed: int
    signed_at: datetime | None
    waiting: int
    missing: int
    last: Verification | None


def standing() -> Standing:
    """Four small queries."""
    checkpoint = newest_checkpoint()
    pending = Pending.objects.filter(firm_id=current_firm_id())
    return Standing(
        numbered=Log.objects.values_list("size", flat=True).first() or 0,
        signed=checkpoint.size if checkpoint else 0,
        signed_at=checkpoint.created_at if checkpoint else None,
        waiting=pending.filter(missing_at__isnull=True).count(),
        missing=pending.filter(missing_at__isnull=False).count(),
        last=last_verification(),
    )
