"""Examples of the trail's addresses: the two firms of the tests have a history already."""

from collections.abc import Callable

from firmament.kernel.ledger.models import Entry
from firmament.kernel.tenancy.actor import Actor

EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "audit:entry": lambda actor: {"pk": Entry.objects.order_by("pk").values_list("pk", flat=True)[0]}
}
