"""Engagements by title, client and kind of work."""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.search.chunks import Section
from firmament.kernel.search.declaring import declare_source
from firmament.kernel.search.sources import Page, Source
from firmament.modules.engagements.models import Engagement


def engagement_page(engagement: Engagement) -> Page:
    return Page(
        title=engagement.title,
        subtitle=engagement.client.name,
        body=(Section("", engagement.service_line), Section("", engagement.reason, internal=True)),
    )


ENGAGEMENTS = declare_source(
    Source(
        model="engagements.Engagement",
        label=_("Engagements"),
        icon="briefcase",
        page=engagement_page,
        related=("client",),
        url="engagements:engagement",
    )
)
