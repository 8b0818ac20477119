from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from firmament.kernel.web.menu import MenuEntry, NewEntry, Section


class SnippetsConfig(AppConfig):
    name = "firmament.modules.snippets"
    label = "snippets"
    verbose_name = _("Snippets")
    icon = "template"
    requires = ("clients",)
    approval_deciders = {"snippets.snippet": "firmament.modules.snippets.actions.governing.decide_snippet"}
    approval_words = {"snippets.snippet": "firmament.kernel.web.wording_pages.words_of"}
    macro_sources = ("firmament.modules.snippets.reports.macros.macros_in_use",)
    explainable = (("snippets.Snippet", "firmament.modules.snippets.public.find_snippets"),)
    answered_for = ("firmament.modules.snippets.reports.owners.answered_for",)
    menu = (MenuEntry(Section.LIBRARY, _("Snippets"), "snippets:snippet_list", "template", "snippets.view"),)
    new_items = (NewEntry(_("Snippet"), "snippets:snippet_create", "template", "snippets.create"),)
