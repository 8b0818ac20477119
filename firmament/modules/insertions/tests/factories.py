"""What tests of this room begin with."""

from collections.abc import Callable

from firmament.kernel.tenancy.actor import Actor
from firmament.modules.snippets.tests.factories import make_snippet


def _snippet(actor: Actor) -> dict[str, object]:
    return {"pk": make_snippet(actor).pk}


EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "insertions:pick": _snippet,
    "insertions:pick_preview": _snippet,
}
API_EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {}
