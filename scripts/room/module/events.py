"""What happens to sample things."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Changed, Event, Text

SAMPLE_THING: Mapping[str, str] = {
    "client_id": "clients.client",
    "sample_thing_id": "sample_things.samplething",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutSampleThing(Event):
    """Everything here is about one sample thing of one client. Without a sentence it only gathers fields."""

    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = SAMPLE_THING
    personal: ClassVar[frozenset[str]] = frozenset({"title"})

    client_id: UUID
    sample_thing_id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleThingCreated(AboutSampleThing):
    sentence: ClassVar[Text] = _("added the sample thing {title}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleThingChanged(Changed):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = SAMPLE_THING
    personal: ClassVar[frozenset[str]] = frozenset({"title", "changes"})
    sentence: ClassVar[Text] = _("changed the sample thing {title}")

    client_id: UUID
    sample_thing_id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleThingFinished(AboutSampleThing):
    sentence: ClassVar[Text] = _("finished the sample thing {title}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleThingReopened(AboutSampleThing):
    sentence: ClassVar[Text] = _("reopened the sample thing {title}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleThingFoundLate(AboutSampleThing):
    sentence: ClassVar[Text] = _("found the sample thing {title} past its day")
