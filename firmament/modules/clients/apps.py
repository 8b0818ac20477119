from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.menu import MenuEntry, NewEntry, Section


class ClientsConfig(AppConfig):
    name = "firmament.modules.clients"
    label = "clients"
    verbose_name = _("Clients")
    icon = "users"
    requires = ()
    # What walls may stand before, and what "why?" may be asked about.
    explainable = (("clients.Client", "firmament.modules.clients.public.find_clients"),)
    portal_accounts = ("firmament.modules.clients.public.portal_clients",)
    client_words = ("firmament.modules.clients.public.client_words",)
    contact_words = ("firmament.modules.clients.public.contact_words",)
    answered_for = ("firmament.modules.clients.public.answered_for",)
    menu = (MenuEntry(Section.CLIENTS, _("Clients"), "clients:client_list", "users", "clients.view"),)
    portal_menu = (
        MenuEntry(
            Section.ADMINISTRATION,
            _("Your details"),
            "clients_portal:profile",
            "user",
            "clients.view",
            order=9,
        ),
    )
    new_items = (NewEntry(_("Client"), "clients:client_create", "user-plus", "clients.create"),)

    def ready(self) -> None:
        import_module("firmament.modules.clients.reports")  # declares what wordings may say
