"""Clients from a file."""

from uuid import UUID

from django.http import HttpResponse

from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.import_pages import import_page
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.clients.forms import CLIENT_IMPORT
from firmament.modules.clients.policies import Can


@staff_page(Can.IMPORT)
def client_import(request: FirmRequest, pk: UUID | None = None) -> HttpResponse:
    """Bring a file; see, mend, run and take back what is in it."""
    return import_page(request, CLIENT_IMPORT, pk)
