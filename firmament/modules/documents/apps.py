from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.menu import MenuEntry, Section


class DocumentsConfig(AppConfig):
    name = "firmament.modules.documents"
    label = "documents"
    verbose_name = _("Documents")
    icon = "files"
    explainable = (("documents.DocumentRequest", ("title", "client__name")),)
    requires = ("clients", "engagements")
    client_panels = ("firmament.modules.documents.public.client_panel",)
    view_power = "documents.view_request"
    menu = (
        MenuEntry(Section.LIBRARY, _("Document requests"), "documents:request_list", "files", view_power),
    )
    portal_menu = (
        MenuEntry(
            Section.LIBRARY, _("Documents"), "documents_portal:request_list", "files", view_power, order=1
        ),
    )
