"""Bringing and taking away libraries, for the tests."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web import importing
from firmament.kernel.web.models import Import, ImportRow
from firmament.modules.libraries.forms.exporting import FORMATS
from firmament.modules.libraries.forms.importing import SNIPPET_IMPORT
from firmament.modules.libraries.reports import library
from firmament.modules.snippets.actions.governing import archive_snippet
from firmament.modules.snippets.models import Snippet, SnippetInclude


def export(actor: Actor, kind: str = "json") -> bytes:
    """The library as this person sees it."""
    return FORMATS[kind].write(library(actor))


def look(actor: Actor, content: bytes, name: str = "library.json", conflict: str = "") -> Import:
    """The dry run."""
    batch = importing.bring(actor, SNIPPET_IMPORT, name, content)
    batch.conflict = conflict
    batch.save()
    importing.check(actor, SNIPPET_IMPORT, batch)
    return batch


def bring(actor: Actor, content: bytes, name: str = "library.json", conflict: str = "") -> Import:
    """The whole import."""
    batch = look(actor, content, name, conflict)
    while importing.make_some(actor, SNIPPET_IMPORT, batch):
        pass
    return batch


def take_back(actor: Actor, batch: Import) -> None:
    """The undo of an import."""
    while importing.take_out_some(actor, SNIPPET_IMPORT, batch):
        pass


def states(batch: Import) -> list[str]:
    """What became of the rows."""
    return list(ImportRow.objects.filter(batch=batch).order_by("number").values_list("state", flat=True))


def said(batch: Import) -> str:
    """Everything that is said about the rows."""
    rows = ImportRow.objects.filter(batch=batch).order_by("number")
    return "\n".join(" ".join([*row.errors.values(), *row.lost, *row.notes]) for row in rows)


def library_of(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """A file with these rows."""
    return json.dumps({"format": "firmament.snippets", "version": 1, "snippets": rows}).encode()


def clear(actor: Actor) -> None:
    """Put everything away, containers first."""
    rows = Snippet.objects.visible_to(actor).standing()
    for snippet in sorted(rows, key=lambda row: -SnippetInclude.objects.filter(snippet=row).count()):
        archive_snippet(actor, snippet)
