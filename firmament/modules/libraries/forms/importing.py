"""Snippets from a file: which fields a row may have, who reads it, and the ways to treat what is there already."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from firmament.kernel.web.imports import (
    Conflict,
    ImportField,
    ImportPage,
    Reader,
    declare_import,
    words,
)
from firmament.modules.libraries.actions import take_back_snippet, take_back_version
from firmament.modules.libraries.forms import cells, rows
from firmament.modules.libraries.forms.espanso import read_espanso
from firmament.modules.libraries.forms.formats import claims_table, read_json, read_own_table
from firmament.modules.snippets.public import Can, field_of
from firmament.ui.readable import number


def counted(count: int) -> str:
    """ "12 snippets"."""
    return ngettext("%(n)s snippet", "%(n)s snippets", count) % {"n": number(count)}


def _plain(name: str, synonyms: str = "", *, required: bool = False, exact: bool = False) -> ImportField:
    return ImportField(
        name=name,
        label=field_of(name).verbose_name,
        synonyms=words(synonyms),
        required=required,
        parse=cells.column(name),
        take=cells.exactly(cells.column(name)) if exact else None,
    )


SNIPPET_IMPORT = declare_import(
    ImportPage(
        name="snippets.snippets",
        title=_("Import snippets"),
        about=_(
            "Bring a library from another firm, a table, or your own texts from Espanso. You see every row before"
            " anything is added, and the whole import can be taken back. No approval comes along: what clients read"
            " waits until somebody here has approved it."
        ),
        power=Can.IMPORT,
        create=rows.create,
        undo=take_back_snippet,
        counted=counted,
        check=rows.check,
        together=rows.together,
        key=rows.mark_of,
        existing=rows.existing,
        kind="snippets.snippet",
        start_url="libraries:import",
        one_url="libraries:import_one",
        list_url="snippets:snippet_list",
        readers=(
            Reader(key="json", label=_("A whole library"), suffixes=(".json",), read=read_json),
            Reader(key="espanso", label="Espanso", suffixes=(".yml", ".yaml"), read=read_espanso),
            Reader(
                key="csv",
                label=_("A library as a table"),
                suffixes=(".csv",),
                read=read_own_table,
                claims=claims_table,
            ),
        ),
        conflicts=(
            Conflict(key="skip", label=_("Leave them as they are")),
            Conflict(
                key="replace",
                label=_("Replace as a new version"),
                help=_(
                    "What it says becomes a new version, which is approved like any other. What it is called, where"
                    " it lies and who has it stays."
                ),
                apply=rows.replace_wording,
                undo=take_back_version,
            ),
            Conflict(
                key="both",
                label=_("Keep both"),
                help=_("The one from the file gets a number behind its key, and no shortcut."),
                apply=rows.keep_both,
            ),
        ),
        fields=(
            _plain("title", "name label titel bezeichnung description", required=True),
            ImportField(
                name="text",
                label=_("Text"),
                synonyms=words("content body replace replacement phrase snippet inhalt wording"),
                parse=cells.wording,
                take=cells.wording,
            ),
            _plain("key", "id"),
            _plain("shortcut", "trigger abbreviation abbr kürzel"),
            _plain("description", "purpose", exact=True),
            _plain("reach"),
            ImportField(name="team", label=_("Team")),
            ImportField(name="owner", label=_("Owner")),
            ImportField(
                name="folder",
                label=_("Folder"),
                synonyms=words("group category ordner"),
                parse=cells.path,
                take=cells.path,
            ),
            ImportField(name="contexts", label=_("Meant for"), parse=cells.contexts, take=cells.contexts),
            ImportField(name="tags", label=_("Tags"), parse=cells.tags, take=cells.tags),
            _plain("default_locale", "language locale sprache"),
            _plain("state"),
            ImportField(name="active", label=_("Version in use"), parse=cells.version_number),
            ImportField(name="replacement", label=_("Use instead")),
            ImportField(name="grants", label=_("Shared with"), take=cells.shares, by_reader=True),
            ImportField(name="versions", label=_("Versions"), take=cells.versions, by_reader=True),
            ImportField(name="fault", label=_("Fault"), by_reader=True),
        ),
    )
)
