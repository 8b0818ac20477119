"""What tests of this room begin with."""

from collections.abc import Callable

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web import importing
from firmament.modules.libraries.forms.importing import SNIPPET_IMPORT


def _import(actor: Actor) -> dict[str, object]:
    return {"pk": importing.bring(actor, SNIPPET_IMPORT, "own.csv", b"Title,Text\nHello,Good day.\n").pk}


EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {"libraries:import_one": _import}
API_EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {"/snippets/imports/": _import}
