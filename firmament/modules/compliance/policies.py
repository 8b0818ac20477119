"""Who may see how the firm answers for itself, take it out of the house, and have it reported: partners."""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import PARTNER, Power, declare, stands_open


class Can(Power):
    VIEW = "compliance.view"
    EXPORT = "compliance.export"
    ORDER_REPORTS = "compliance.order_reports"


declare(
    Can.VIEW,
    title=_("See compliance boards and reports"),
    model="compliance.ComplianceReport",
    through={"compliance.ReportOrder": "", "compliance.ReportRecipient": ""},
    roles=(PARTNER,),
    sensitive=True,
)
declare(
    Can.EXPORT,
    title=_("Take compliance figures and reports out of the house"),
    model="compliance.ComplianceReport",
    roles=(PARTNER,),
    sensitive=True,
)
# What was ordered goes on after an absence.
declare(
    Can.ORDER_REPORTS,
    title=_("Order compliance reports"),
    model="compliance.ReportOrder",
    roles=(PARTNER,),
    sensitive=True,
    lendable=False,
)

stands_open("compliance.ReportOrder", reason="which boards are reported, when and to whom")
stands_open("compliance.ReportRecipient", reason="who of the firm is told of its reports")
stands_open(
    "compliance.ComplianceReport",
    reason="closed to whoever an ethical wall keeps from anything, but its maker",
)
