from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.menu import MenuEntry, Section


class EngagementsConfig(AppConfig):
    name = "firmament.modules.engagements"
    label = "engagements"
    verbose_name = _("Engagements")
    icon = "briefcase"
    requires = ("clients",)
    explainable = (("engagements.Engagement", "firmament.modules.engagements.public.find_engagements"),)
    answered_for = ("firmament.modules.engagements.public.answered_for",)
    engagement_words = ("firmament.modules.engagements.public.engagement_words",)
    client_panels = ("firmament.modules.engagements.public.client_panel",)
    client_walls = ("firmament.modules.engagements.public.engagement_ids",)
    client_archiving = ("firmament.modules.engagements.public.unfinished_work",)
    client_purging = ("firmament.modules.engagements.public.delete_with_client",)
    menu = (
        MenuEntry(
            Section.CLIENTS,
            _("Engagements"),
            "engagements:engagement_list",
            "briefcase",
            "engagements.view",
            order=1,
        ),
    )

    def ready(self) -> None:
        import_module("firmament.modules.engagements.reports")  # declares what wordings may say
