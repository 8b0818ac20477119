"""What happens by the clock: what is past its day is found."""

from firmament.kernel.jobs.registry import every
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.transaction import current_firm
from firmament.lib.instant import today
from firmament.modules.sample_things.actions import find_late
from firmament.modules.sample_things.models import SampleThing
from firmament.modules.sample_things.policies import Can


@every("0 6 * * *", powers=(Can.EDIT,))
def find_what_is_late() -> None:
    """Each morning in the firm's own zone, before anybody comes in; what was found already is left alone."""
    actor = Actor.system("sample_things.find_what_is_late")
    late = SampleThing.objects.overdue(on=today(current_firm().timezone))
    kept = late.filter(found_late_at__isnull=True, client__deleted_at__isnull=True)
    for sample_thing in kept.select_related("client").order_by("pk"):
        find_late(actor, sample_thing)
