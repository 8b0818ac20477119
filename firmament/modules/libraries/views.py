"""Bringing a library, and taking it away."""

from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.errors import error_page
from firmament.kernel.web.import_pages import import_page
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.libraries.forms.exporting import FORMATS, take_away
from firmament.modules.libraries.forms.importing import SNIPPET_IMPORT
from firmament.modules.snippets.public import Can


@staff_page(Can.IMPORT)
def snippet_import(request: FirmRequest, pk: UUID | None = None) -> HttpResponse:
    """Bring a file; see, mend, run and take back what is in it."""
    return import_page(request, SNIPPET_IMPORT, pk)


@staff_page(Can.EXPORT, recorded_read=True)
def library_export(request: FirmRequest) -> HttpResponseBase:
    """Choose a format, or with `format` the file."""
    chosen = request.GET.get("format", "")
    if not chosen:
        return page(request, "libraries/export.html", {"formats": FORMATS})
    if chosen not in FORMATS:
        return error_page(request, 400)
    return take_away(request.actor, chosen)
