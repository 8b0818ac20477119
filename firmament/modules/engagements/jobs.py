"""What follows on its own: work stays with nobody who has left."""

from firmament.kernel.identity.events import MembershipDeactivated
from firmament.kernel.jobs.registry import on
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.modules.clients.public import may_own
from firmament.modules.engagements.actions import edit_engagement
from firmament.modules.engagements.models import Engagement
from firmament.modules.engagements.policies import Can


@on(MembershipDeactivated, powers=(Can.EDIT,))
def hand_over(event: MembershipDeactivated) -> None:
    """Give what somebody led to whoever takes over; to nobody where nobody was named who may."""
    actor = Actor.system("engagements.hand_over")
    heir = None
    if event.reassign_to is not None:
        named = Membership.objects.select_related("user").get(pk=event.reassign_to)
        heir = named if may_own(named) else None
    led = Engagement.objects.open().filter(lead_id=event.membership_id, client__deleted_at__isnull=True)
    for engagement in led.select_related("client", "lead__user"):
        edit_engagement(actor, engagement, lead=heir)
