"""Who sees which approvals were asked for. Who may decide is said by the room, kind by kind (`declare_approvals`)."""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import MANAGER, PARTNER, STAFF, Power, declare
from firmament.kernel.policies.rules import all_of, has_role, owns


class Can(Power):
    VIEW = "approvals.view"


declare(
    Can.VIEW,
    title=_("See what waits for one’s approval, and what one asked for"),
    model="approvals.Approval",
    through={"approvals.Decision": "approval"},
    # The rows by themselves are the asker's; to others they show only beside the object they may decide on.
    staff=all_of(has_role(), owns("asked_by_id")),
    roles=(PARTNER, MANAGER, STAFF),
)
