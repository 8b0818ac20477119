"""The queue keeps itself tidy."""

from datetime import timedelta

from firmament.kernel.jobs.models import JobRun, State
from firmament.kernel.jobs.registry import every
from firmament.lib.instant import now

KEPT = timedelta(days=90)
BATCH = 5000


@every("40 3 * * *")
def forget_old_runs() -> None:
    """Drop runs that ended long ago. Dead letters stay until a person has looked at them."""
    old = JobRun.objects.filter(
        state__in=[State.SUCCEEDED, State.CANCELED], finished_at__lt=now() - KEPT
    ).order_by("finished_at")
    while ids := list(old.values_list("pk", flat=True)[:BATCH]):
        JobRun.objects.filter(pk__in=ids).delete()
