"""Who may read what everybody did. Partners and the administrator; an ethical wall beats it (`reports.trail`)."""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import PARTNER, Power, declare


class Can(Power):
    VIEW = "audit.view"
    EXPORT = "audit.export"


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
