"""From a signed-in person to somebody who acts in the firm at hand."""

from firmament.kernel.identity.models import User
from firmament.kernel.policies.authority import enter_as_staff
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import FirmAccess
from firmament.kernel.tenancy.transaction import current_firm_id
from firmament.lib.instant import now


def actor_for(user: User, domain: str) -> Actor | None:
    """The person as staff or as a client's portal user of the firm at hand; None if they are not that now.

    `domain` is "staff" or "client". Asked in every request's own transaction, so a membership that was ended or
    a grant that was taken back counts from the very next one.
    """
    if not user.is_active:
        return None
    if domain == FirmAccess.Domain.STAFF:
        return enter_as_staff(user)
    granted = PortalGrant.objects.in_force(at=now()).filter(user_id=user.pk).exists()
    return Actor.of_client(user, current_firm_id()) if granted else None
