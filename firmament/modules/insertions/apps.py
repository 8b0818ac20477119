from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.menu import MenuEntry, Section


class InsertionsConfig(AppConfig):
    name = "firmament.modules.insertions"
    label = "insertions"
    verbose_name = _("Use of wording")
    icon = "text-quote"
    requires = ("clients", "engagements", "snippets")
    address = "snippets"
    wording_pickers = ("firmament.modules.insertions.public.picker_address",)
    wording_keepers = ("firmament.modules.insertions.public.attach_uses",)
    wording_measures = ("firmament.modules.insertions.public.measure_uses",)
    menu = (
        MenuEntry(Section.LIBRARY, _("Use of wording"), "insertions:usage", "chart-bar", "insertions.view"),
    )
    macro_run_panels = ("firmament.modules.insertions.public.run_panel",)
    snippet_panels = ("firmament.modules.insertions.public.uses_panel",)
