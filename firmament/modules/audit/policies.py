"""Who may read what everybody did. Partners and the administrator; an ethical wall beats it (`reports.trail`).

Erasing what is personal in it is the administrator's alone: it cannot be undone.
"""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import MANAGER, PARTNER, Power, declare, stands_open
from firmament.kernel.policies.rules import all_of, has_role, owns


class Can(Power):
    VIEW = "audit.view"
    EXPORT = "audit.export"
    ERASE = "audit.erase"
    VERIFY = "audit.verify"
    OPEN_EXPORT = "audit.open_export"
    SEND_CHECKPOINTS = "audit.send_checkpoints"
    TIMELINE = "audit.timeline"


declare(
    Can.VIEW,
    title=_("Read the audit trail"),
    model="ledger.Entry",
    roles=(PARTNER,),
    sensitive=True,
    formerly=("firms.view_audit",),
)
declare(
    Can.EXPORT,
    title=_("Export the audit trail"),
    roles=(PARTNER,),
    sensitive=True,
    formerly=("firms.export_audit",),
)
declare(Can.ERASE, title=_("Erase personal values from the audit trail for good"), sensitive=True)
declare(Can.TIMELINE, title=_("See the whole history of a thing that one sees"), roles=(PARTNER, MANAGER))
declare(Can.VERIFY, title=_("Verify the audit trail now"), roles=(PARTNER,))
declare(
    Can.OPEN_EXPORT,
    title=_("Open the exports with proof that one has asked for oneself"),
    model="audit.ProofExport",
    staff=all_of(has_role(), owns("membership_id")),
    roles=(PARTNER,),
)
declare(
    Can.SEND_CHECKPOINTS,
    title=_("Choose where checkpoints of the audit trail are sent"),
    model="audit.ProofOutlet",
    sensitive=True,
)

stands_open(
    "audit.ProofExport", reason="opened by nobody but the person who asked for it, within their reach"
)
stands_open("audit.ProofOutlet", reason="the firm’s own setting")
