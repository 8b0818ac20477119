"""The library as a list, with its folders beside it."""

from django.db.models import Q
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from firmament.kernel.labels.policies import Can as LabelsCan
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.bulk import BulkAction, Choice
from firmament.kernel.web.cells import Column, Kind
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import ChoiceFilter, SearchFilter
from firmament.kernel.web.folder_pages import folder_chosen, folder_options, folders_beside
from firmament.kernel.web.label_filters import FolderFilter, TagFilter
from firmament.kernel.web.lists import Empty, ListAction, ListPage, list_page
from firmament.kernel.web.page import wants_fragment
from firmament.kernel.web.requests import FirmRequest
from firmament.lib.text import folded
from firmament.modules.snippets.actions.governing import archive_snippet, unarchive_snippet
from firmament.modules.snippets.actions.writing import AREA, move_snippet
from firmament.modules.snippets.models import Snippet, SnippetTag
from firmament.modules.snippets.policies import Can
from firmament.ui.readable import number
from firmament.ui.shell import Tone

TONES: dict[str, Tone] = {
    "draft": "neutral",
    "in_review": "waiting",
    "active": "success",
    "deprecated": "warning",
    "archived": "neutral",
}
NEW = ListAction(label=_("New snippet"), url_name="snippets:snippet_create", power=Can.CREATE, primary=True)
IMPORT = ListAction(label=_("Import"), url_name="libraries:import", power=Can.IMPORT, icon="upload")
TAKE_AWAY = ListAction(
    label=_("Library as a file"), url_name="libraries:export", power=Can.EXPORT, icon="download"
)
FOLDERS = ListAction(
    label=_("Folders"), url_name="governance:folders", power=LabelsCan.MANAGE_FOLDERS, icon="folder"
)


def carries(word: str) -> Q:
    """Those with a tag that the word is a part of."""
    return Q(pk__in=SnippetTag.objects.filter(tag__folded__contains=folded(word)).values("snippet"))


def file_away(actor: Actor, snippet: Snippet, value: str) -> None:
    """Put one of the chosen snippets into the folder, or into none."""
    move_snippet(actor, snippet, folder=folder_chosen(AREA, value))


SNIPPETS = ListPage(
    name="snippets.snippets",
    title=_("Snippets"),
    counted=lambda n: ngettext("%(n)s snippet", "%(n)s snippets", n) % {"n": number(n)},
    row_url="snippets:snippet",
    row_name="title",
    order="title",
    columns=(
        Column(key="title", label=_("Title"), kind=Kind.TITLE, sort="title", sub="key"),
        Column(key="shortcut", label=_("Shortcut"), draw=lambda row, value: f";{value}" if value else ""),
        Column(
            key="state", label=_("State"), kind=Kind.STATUS, choices=Snippet.State, tones=TONES, sort="state"
        ),
        Column(key="reach", label=_("Who has it"), choices=Snippet.Reach, priority=3),
        Column(
            key="contexts",
            label=_("Meant for"),
            draw=lambda row, value: Snippet.Context.in_words(value),
            export=lambda row, value: Snippet.Context.in_words(value),
            priority=3,
        ),
        Column(
            key="locales",
            label=_("Languages"),
            draw=lambda row, value: ", ".join(value),
            export=lambda row, value: ", ".join(value),
            hidden=True,
        ),
        Column(key="folder", label=_("Folder"), path="folder__name", hidden=True),
        Column(key="owner", label=_("Owner"), path="owner__user__name", kind=Kind.PERSON, hidden=True),
        Column(key="use_count", label=_("Uses"), kind=Kind.NUMBER, sort="use_count", priority=2),
        Column(key="last_used", label=_("Last used"), path="last_used_at", kind=Kind.RELATIVE, priority=3),
        Column(
            key="changed",
            label=_("Changed"),
            path="updated_at",
            kind=Kind.RELATIVE,
            sort="updated_at",
            hidden=True,
        ),
    ),
    filters=(
        SearchFilter(
            paths=("title", "key", "shortcut", "description"), further=carries, label=_("Search snippets")
        ),
        ChoiceFilter(
            key="state",
            label=_("State"),
            choices=(*Snippet.State.choices, ("all", _("Archived too"))),
            narrows={"all": Q()},
        ),
        ChoiceFilter(key="reach", label=_("Who has it"), choices=Snippet.Reach),
        ChoiceFilter(
            key="for",
            label=_("Meant for"),
            choices=Snippet.Context.choices,
            narrows={str(value): Snippet.meant_for(value) for value in Snippet.Context},
        ),
        TagFilter(label=_("Tag"), model=SnippetTag),
        FolderFilter(label=_("Folder")),
    ),
    actions=(FOLDERS, IMPORT, TAKE_AWAY, NEW),
    bulk=(
        BulkAction(
            key="folder",
            label=_("Put into a folder"),
            power=Can.EDIT,
            or_power=Can.MANAGE,
            run=file_away,
            question=_("Into which folder?"),
            done=lambda n: ngettext("%(n)s snippet moved.", "%(n)s snippets moved.", n) % {"n": number(n)},
            icon="folder",
            choice=Choice(label=_("Folder"), options=folder_options(AREA), none_label=_("In no folder")),
            remember=lambda snippet: str(snippet.folder_id or "none"),
            undo="folder",
        ),
        BulkAction(
            key="archive",
            label=_("Archive"),
            power=Can.EDIT,
            or_power=Can.MANAGE,
            run=archive_snippet,
            question=_("Put these snippets in the archive?"),
            done=lambda n: (
                ngettext("%(n)s snippet archived.", "%(n)s snippets archived.", n) % {"n": number(n)}
            ),
            icon="archive",
            undo="unarchive",
        ),
        BulkAction(
            key="unarchive",
            label=_("Take out of the archive"),
            power=Can.EDIT,
            or_power=Can.MANAGE,
            run=unarchive_snippet,
            question=_("Take these snippets out of the archive?"),
            done=lambda n: (
                ngettext("%(n)s snippet is out of the archive.", "%(n)s snippets are out of the archive.", n)
                % {"n": number(n)}
            ),
            icon="archive",
            offered=False,
        ),
    ),
    export="snippets",
    export_power=Can.EXPORT,
    empty=Empty(
        title=_("No snippets yet"),
        text=_("A snippet is approved wording: written once, filled in and inserted wherever people write."),
        icon="template",
        action=NEW,
    ),
    template="web/list_in_folders.html",
)


@staff_page(Can.VIEW)
def snippet_list(request: FirmRequest) -> HttpResponseBase:
    """All the wording this person has; what lies in the archive only for whoever asks for it."""
    seen = Snippet.objects.visible_to(request.actor)
    rows = seen if request.GET.get("state") or "undo" in request.GET else seen.standing()
    if wants_fragment(request):
        return list_page(request, SNIPPETS, rows)
    beside = folders_beside(request, AREA, seen.standing(), all_label=_("All snippets"))
    return list_page(request, SNIPPETS, rows, beside)
