"""Whole libraries for programs."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Router
from pydantic import BaseModel

from firmament.kernel.api.imports import (
    ImportIn,
    ImportOut,
    bring_import,
    run_import,
    show_import,
    undo_import,
)
from firmament.kernel.api.operations import operation
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.libraries.forms.exporting import take_away
from firmament.modules.libraries.forms.importing import SNIPPET_IMPORT
from firmament.modules.snippets.public import Can

router = Router(tags=["snippets"])


class LibraryOut(BaseModel):
    """A library as JSON; the reference says what a snippet has. CSV and YAML come as themselves."""

    format: Literal["firmament.snippets"]
    version: Literal[1]
    snippets: list[dict[str, Any]]


AS_THEMSELVES = {
    "responses": {
        200: {"content": {"text/csv": {"schema": {"type": "string"}}, "application/yaml": {"schema": {}}}}
    }
}


@router.get("/export", response=LibraryOut, openapi_extra=AS_THEMSELVES)
@operation(Can.EXPORT, recorded_read=True)
def export_library(request: FirmRequest, format: Literal["json", "csv", "espanso"] = "json") -> HttpResponse:
    """All the snippets the caller sees, but for the archive, as a file; the same library gives the same bytes."""
    return take_away(request.actor, format)


@router.post("/imports", response={201: ImportOut})
@operation(Can.IMPORT)
def create_import(request: FirmRequest, body: ImportIn) -> HttpResponse:
    """Bring a library: JSON, CSV or Espanso's YAML, told by the end of the file's name.

    `conflict` is skip, replace (as a new version) or both. The work goes on in the background; ask for the import to
    see how far it is. With `dry_run` nothing is made, and every row says what would become of it.
    """
    return bring_import(request, SNIPPET_IMPORT, body)


@router.get("/imports/{uuid:pk}", response=ImportOut)
@operation(Can.IMPORT)
def get_import(request: FirmRequest, pk: UUID) -> HttpResponse:
    """An import of one's own, row by row."""
    return show_import(request, SNIPPET_IMPORT, pk)


@router.post("/imports/{uuid:pk}/run", response=ImportOut)
@operation(Can.IMPORT, problems={409: "It runs or has run already."})
def run_dry_run(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Do what a dry run looked at."""
    return run_import(request, SNIPPET_IMPORT, pk)


@router.post("/imports/{uuid:pk}/undo", response=ImportOut)
@operation(Can.IMPORT, problems={409: "It is not done, or was taken out already."})
def take_import_out(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Take out again what it made, in the background; what somebody has changed since is kept."""
    return undo_import(request, SNIPPET_IMPORT, pk)
