from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.menu import MenuEntry, Section


class GrantsConfig(AppConfig):
    name = "firmament.modules.grants"
    label = "grants"
    verbose_name = _("Portal access")
    icon = "key"
    requires = ("clients",)
    menu = (
        MenuEntry(
            Section.ADMINISTRATION,
            _("Who uses the portal"),
            "grants:every",
            "key",
            "policies.manage_portal",
            order=1,
        ),
    )
    client_tabs = ("firmament.modules.grants.public.client_tab",)
