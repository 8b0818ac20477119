"""What follows on its own: the bin is emptied by the calendar, and nobody's clients stay with somebody who left."""

from firmament.kernel.jobs.registry import every
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.instant import now
from firmament.modules.clients.actions.archive import purge_client
from firmament.modules.clients.models import Client
from firmament.modules.clients.policies import Can

BATCH = 200


@every("20 3 * * *", powers=(Can.PURGE,))
def empty_bin() -> None:
    """Delete what lay in the bin for thirty days; what another room holds back stays until it lets go."""
    actor = Actor.system("clients.empty_bin")
    for client in Client.objects.due_for_purge(at=now()).order_by("deleted_at")[:BATCH]:
        purge_client(actor, client)
