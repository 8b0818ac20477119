"""The formats a library can be taken away in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.record import record
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.events import ListExported
from firmament.modules.libraries.forms.espanso import write_espanso
from firmament.modules.libraries.forms.formats import Entry, write_json, write_table
from firmament.modules.libraries.reports import library


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A way to write the library down, and whom it is for."""

    label: str | Promise
    about: str | Promise
    suffix: str
    media_type: str
    write: Callable[[Sequence[Entry]], bytes]


FORMATS = {
    "json": Format(
        label=_("Everything (JSON)"),
        about=_("Versions, fields, steps, tags, folders and shares. Brought back, it is the same library."),
        suffix="json",
        media_type="application/json",
        write=write_json,
    ),
    "csv": Format(
        label=_("A table (CSV)"),
        about=_(
            "One row for each snippet and language, to read and to edit. Earlier versions are not in it."
        ),
        suffix="csv",
        media_type="text/csv; charset=utf-8",
        write=write_table,
    ),
    "espanso": Format(
        label=_("For Espanso (YAML)"),
        about=_("What is in use, for the text expander on your own computer. Fields become a form."),
        suffix="yml",
        media_type="application/yaml",
        write=write_espanso,
    ),
}


def take_away(actor: Actor, name: str) -> HttpResponse:
    """The file with all that this person may export; a line in the ledger says that it left the house."""
    form, entries = FORMATS[name], library(actor)
    record(actor, ListExported(list="snippets.library", format=name, rows=len(entries), query=""))
    return HttpResponse(
        form.write(entries),
        content_type=form.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="snippets.{form.suffix}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
