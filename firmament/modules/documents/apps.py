from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.menu import MenuEntry, Section

VIEW = "documents.view_request"


class DocumentsConfig(AppConfig):
    name = "firmament.modules.documents"
    label = "documents"
    verbose_name = _("Documents")
    icon = "files"
    explainable = (("documents.DocumentRequest", ("title", "client__name")),)
    requires = ("clients", "engagements")
    client_panels = ("firmament.modules.documents.public.client_panel",)
    menu = (MenuEntry(Section.LIBRARY, _("Document requests"), "documents:request_list", "files", VIEW),)
    portal_menu = (
        MenuEntry(Section.LIBRARY, _("Documents"), "documents_portal:request_list", "files", VIEW, order=1),
    )
