from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.menu import MenuEntry, Section


class ComplianceConfig(AppConfig):
    name = "firmament.modules.compliance"
    label = "compliance"
    verbose_name = _("Compliance")
    icon = "shield"
    requires = ("audit",)
    menu = (
        MenuEntry(
            Section.ADMINISTRATION,
            _("Compliance"),
            "compliance:overview",
            "shield",
            "compliance.view",
            order=1,
            whole_room=True,
        ),
    )
    compliance_boards = (
        "firmament.modules.compliance.reports.access.BOARD",
        "firmament.modules.compliance.reports.powers.BOARD",
        "firmament.modules.compliance.reports.denials.BOARD",
        "firmament.modules.compliance.reports.proof.BOARD",
        "firmament.modules.compliance.reports.regulated.BOARD",
    )
