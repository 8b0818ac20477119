"""A log to look at: entries, their numbers, a signed checkpoint."""

from firmament.kernel.ledger.kernel_events import PersonalValuesErased
from firmament.kernel.ledger.models import Entry
from firmament.kernel.ledger.record import record
from firmament.kernel.proof.checkpoints import publish
from firmament.kernel.proof.models import Log
from firmament.kernel.proof.sequencer import sequence
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import current_firm_id
from firmament.lib.ids import uuid7


def write_entries(count: int) -> list[Entry]:
    """Entries with a target and a personal value each."""
    actor = Actor.system("tests.write")
    return [
        record(actor, PersonalValuesErased(entry_ids=(uuid7(),), values=n, reason=f"Reason {n}"))
        for n in range(count)
    ]


def number_everything() -> int:
    """What waits gets its numbers, and a checkpoint; the size of the log."""
    while sequence(current_firm_id()):
        pass
    publish(current_firm_id())
    return Log.objects.get().size
