from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.menu import MenuEntry, Section


class AuditConfig(AppConfig):
    name = "firmament.modules.audit"
    label = "audit"
    verbose_name = _("Audit trail")
    icon = "history"
    requires = ()
    thing_history = ("firmament.modules.audit.public.history_address",)
    menu = (
        MenuEntry(Section.ADMINISTRATION, _("Audit trail"), "audit:trail", "history", "audit.view", order=1),
        MenuEntry(
            Section.ADMINISTRATION,
            _("Proof of the trail"),
            "audit:proof",
            "fingerprint",
            "audit.view",
            order=1,
        ),
    )
