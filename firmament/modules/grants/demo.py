"""This room's part of the demo firm: two ethical walls before clients with a portal, one of which is due to be looked at again."""

from datetime import timedelta

from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.tenancy.demo import DemoFirm
from firmament.lib.instant import at

# Where among the clients with a portal, who, how long ago, why, and in how many days somebody looks again.
WALLS = (
    (7, "Rosa Heath", 41, "Her sister is the owner.", 3),
    (12, "Amir Dale", 20, "He audited them at his former firm; two years from then on.", 12),
)


def load(people: DemoFirm) -> None:
    """A very small firm has none."""
    clients = list(PortalGrant.objects.order_by("created_at", "pk").values_list("client_id", flat=True))
    members = {member.user.name: member for member in people.members}
    for place, name, days_ago, reason, review_in in WALLS:
        if place < len(clients) and name in members:
            with at(people.moment(days_ago, 11, 30)):
                raise_wall(
                    people.partner,
                    reason=reason,
                    membership=members[name],
                    client_id=clients[place],
                    review_on=people.today + timedelta(days=review_in),
                )
