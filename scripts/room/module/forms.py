"""What people fill in about a sample thing."""

from typing import Any

from firmament.kernel.web.forms import ActionForm, columns
from firmament.modules.sample_things.models import SampleThing

FIELDS = ("title", "due_on", "note")


class SampleThingForm(ActionForm):
    """A sample thing."""

    base_fields = columns(SampleThing, FIELDS)

    @staticmethod
    def values_of(sample_thing: SampleThing) -> dict[str, Any]:
        """What the form shows of a sample thing."""
        return {name: getattr(sample_thing, name) for name in FIELDS}
