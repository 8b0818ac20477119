"""Sample things by their words and their client."""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.search.chunks import Section
from firmament.kernel.search.declaring import declare_source
from firmament.kernel.search.sources import Page, Source
from firmament.modules.sample_things.models import SampleThing


def sample_thing_page(sample_thing: SampleThing) -> Page:
    return Page(
        title=sample_thing.title,
        subtitle=sample_thing.client.name,
        body=(Section("", sample_thing.note, internal=True),),
    )


SAMPLE_THINGS = declare_source(
    Source(
        model="sample_things.SampleThing",
        label=_("Sample things"),
        icon="checklist",
        page=sample_thing_page,
        related=("client",),
        url="sample_things:sample_thing",
    )
)
