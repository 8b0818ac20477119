"""This room's part of the demo firm: a library as a firm of accountants and tax advisers would have it.

Its texts stand in `demo.toml`.
"""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from firmament.kernel.jobs.inline import drain
from firmament.kernel.labels.folders import make_folder
from firmament.kernel.tenancy.demo import DemoFirm
from firmament.kernel.wording.fields import parse_schema
from firmament.lib.instant import at
from firmament.modules.snippets.actions.governing import (
    activate_snippet,
    archive_snippet,
    ask_approval,
    decide_snippet,
    deprecate_snippet,
)
from firmament.modules.snippets.actions.writing import AREA, Draft, change_snippet, create_snippet
from firmament.modules.snippets.models import Snippet

TEXTS = Path(__file__).with_name("demo.toml")
LETTERS = ("email", "message", "document")


@dataclass(frozen=True, slots=True)
class Entry:
    """One snippet of the library, in the folder where people look for it."""

    folder: str
    draft: Draft


def load(people: DemoFirm) -> None:
    """The library, and a state of everything for people to look at."""
    texts = tomllib.loads(TEXTS.read_text())
    library = {row["key"]: _entry(row) for row in texts["snippets"]}
    with at(people.moment(88, 10)):
        folders = {name: make_folder(people.partner, area=AREA, name=name).pk for name in texts["folders"]}
        made = {key: _publish(people, entry, folders) for key, entry in library.items()}
        drain()
    with at(people.moment(12, 11)):
        _replace_and_archive(people, library, made, folders)
        _ask(people, library["fee-change"].draft, made["fee-change"])
        own = {"en": "Yours, {{ me.name }}"}
        draft = Draft(title="My own sign-off", key="own-sign-off", shortcut="me", bodies=own)
        activate_snippet(people.staff, create_snippet(people.staff, draft))
        drain()


def _entry(row: dict[str, Any]) -> Entry:
    """A text for clients that the whole firm has, where the row does not say otherwise."""
    folder, fields = row.pop("folder"), parse_schema(row.pop("fields", []))
    contexts, tags, steps = (
        tuple(row.pop(*named)) for named in (("contexts", LETTERS), ("tags",), ("steps", ()))
    )
    draft = Draft(reach=Snippet.Reach.FIRM, contexts=contexts, tags=tags, fields=fields, steps=steps, **row)
    return Entry(folder, draft)


def _publish(people: DemoFirm, entry: Entry, folders: dict[str, UUID]) -> Snippet:
    snippet = create_snippet(people.manager, replace(entry.draft, folder_id=folders[entry.folder]))
    if snippet.needs_approval:
        approval = ask_approval(people.manager, snippet)
        decide_snippet(people.partner, snippet, approval, verdict="approve")
    else:
        activate_snippet(people.manager, snippet)
    snippet.refresh_from_db()
    return snippet


def _replace_and_archive(
    people: DemoFirm, library: dict[str, Entry], made: dict[str, Snippet], folders: dict[str, UUID]
) -> None:
    clause, letter = library["liability"].draft, library["confidential"].draft
    old = replace(clause, key="liability-2025", shortcut="", title="Limit of liability, before 2026")
    before = _publish(people, Entry("Legal", old), folders)
    deprecate_snippet(people.partner, before, replacement=made["liability"])
    fax = replace(letter, key="fax-cover", shortcut="", title="Fax cover sheet")
    archive_snippet(people.partner, _publish(people, Entry("Letters", fax), folders))


def _ask(people: DemoFirm, draft: Draft, snippet: Snippet) -> None:
    """A change that waits for approval."""
    text = draft.bodies["en"] + " Questions? {{ me.name }} will gladly call you."
    wanted = replace(draft, folder_id=snippet.folder_id, bodies={"en": text})
    change_snippet(people.manager, snippet, wanted, based_on=1, note="Offers a call, as clients asked")
    ask_approval(people.manager, snippet, note="Before the letters of December, please.")
