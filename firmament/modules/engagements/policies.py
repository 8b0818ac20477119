"""Who may do what with engagements.

Everybody in the firm sees every engagement, ethical walls excepted. Partners and managers keep them; so does whoever
leads one, or answers for its client, whatever their role. Opening again what has ended is the partners'. With a client
in the bin, its engagements are out of sight.
"""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import EVERY_ROLE, MANAGER, PARTNER, Power, declare
from firmament.kernel.policies.rules import all_of, any_of, client_granted, field_is, has_role, owns
from firmament.kernel.policies.scopes import Scope


class Can(Power):
    VIEW = "engagements.view"
    CREATE = "engagements.create"
    EDIT = "engagements.edit"
    REOPEN = "engagements.reopen"


ENGAGEMENT = "engagements.Engagement"
KEEPERS = (PARTNER, MANAGER)

_client_kept = field_is("client__deleted_at", None)

declare(
    Can.VIEW,
    title=_("See engagements"),
    model=ENGAGEMENT,
    staff=all_of(has_role(), _client_kept),
    client=all_of(client_granted("client_id", Scope.ENGAGEMENTS_READ), _client_kept),
    roles=EVERY_ROLE,
    formerly=("clients.view_engagements",),
)
declare(
    Can.CREATE,
    title=_("Draft engagements"),
    model=ENGAGEMENT,
    staff=all_of(any_of(has_role(), owns("client__owner_id")), _client_kept),
    roles=KEEPERS,
    formerly=("clients.create_engagement",),
)
declare(
    Can.EDIT,
    title=_("Change, start, pause, complete, cancel and archive engagements"),
    model=ENGAGEMENT,
    staff=all_of(any_of(has_role(), owns("lead_id"), owns("client__owner_id")), _client_kept),
    roles=KEEPERS,
    formerly=("clients.edit_engagement",),
)
declare(
    Can.REOPEN,
    title=_("Reopen an engagement that has ended"),
    model=ENGAGEMENT,
    staff=all_of(has_role(), _client_kept),
    roles=(PARTNER,),
    sensitive=True,
    formerly=("clients.reopen_engagement",),
)
