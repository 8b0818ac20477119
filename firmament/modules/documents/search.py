"""Document requests, with what they ask for."""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.search.chunks import Section
from firmament.kernel.search.declaring import declare_source
from firmament.kernel.search.sources import Page, Source
from firmament.modules.documents.models import DocumentRequest


def request_page(request: DocumentRequest) -> Page:
    items = request.items.order_by("position", "pk")
    return Page(
        title=request.title,
        subtitle=request.client.name,
        body=(Section("", request.note), *(Section(item.title, item.help) for item in items)),
    )


REQUESTS = declare_source(
    Source(
        model="documents.DocumentRequest",
        label=_("Document requests"),
        icon="files",
        page=request_page,
        related=("client",),
        facts=("sent_at",),
        url="documents:request",
        portal_url="documents_portal:request",
    )
)
