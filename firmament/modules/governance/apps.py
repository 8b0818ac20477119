from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.menu import MenuEntry, Section


class GovernanceConfig(AppConfig):
    name = "firmament.modules.governance"
    label = "governance"
    verbose_name = _("Approvals and tags")
    icon = "clipboard-check"
    requires = ()
    menu = (
        MenuEntry(
            Section.HOME, _("Approvals"), "governance:approvals", "clipboard-check", "approvals.view", order=1
        ),
        MenuEntry(Section.LIBRARY, _("Tags"), "governance:tags", "tag", "labels.view", order=9),
    )
