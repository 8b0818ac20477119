"""What the API forgets in time."""

from firmament.kernel.api.idempotency import KEPT
from firmament.kernel.api.models import IdempotencyKey
from firmament.kernel.jobs.registry import every
from firmament.lib.instant import now


@every("20 3 * * *")
def forget_idempotency_keys() -> None:
    """Keys older than anybody may still retry."""
    IdempotencyKey.objects.filter(created_at__lt=now() - KEPT).delete()
