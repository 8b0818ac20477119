"""What this room shows on a client's page."""

from uuid import UUID

from django.utils.translation import gettext as _

from firmament.kernel.policies import kernel_powers
from firmament.kernel.policies.decide import may
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.links import link
from firmament.kernel.web.panels import PageTab
from firmament.lib.instant import now


def client_tab(actor: Actor, client_id: UUID) -> PageTab | None:
    """Portal access, with how many people have it now."""
    if not may(actor, kernel_powers.Can.VIEW_PORTAL):
        return None
    people = PortalGrant.objects.visible_to(actor).in_force(at=now()).filter(client_id=client_id).count()
    return PageTab(
        key="access",
        label=_("Portal access"),
        url=link("grants:access", pk=client_id),
        count=str(people) if people else "",
    )
