from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GrantsConfig(AppConfig):
    name = "firmament.modules.grants"
    label = "grants"
    verbose_name = _("Portal access")
    icon = "key"
    requires = ("clients",)
    client_tabs = ("firmament.modules.grants.public.client_tab",)
