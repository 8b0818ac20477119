from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.menu import MenuEntry, Section


class SampleThingsConfig(AppConfig):
    name = "firmament.modules.sample_things"
    label = "sample_things"
    verbose_name = _("Sample things")
    icon = "checklist"
    requires = ("clients",)
    client_panels = ("firmament.modules.sample_things.public.client_panel",)
    client_purging = ("firmament.modules.sample_things.public.delete_with_client",)
    menu = (
        MenuEntry(
            Section.WORK,
            _("Sample things"),
            "sample_things:sample_thing_list",
            "checklist",
            "sample_things.view",
        ),
    )
