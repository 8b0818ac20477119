"""Macros on real things of the rooms, for the tests of what runs them."""

from collections.abc import Callable

from firmament.kernel.macros.actions import run_macro
from firmament.kernel.macros.models import MacroRun
from firmament.kernel.macros.parsing import Call, parse_steps
from firmament.kernel.macros.records import Source
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.ids import uuid7
from firmament.modules.clients.tests.factories import make_client
from firmament.modules.documents.models import DocumentRequest
from firmament.modules.documents.tests.factories import make_request
from firmament.modules.engagements.tests.factories import make_engagement
from firmament.modules.snippets.models import Snippet
from firmament.modules.snippets.tests.factories import make_snippet

PAUSE = {"code": "engagements.pause", "params": {"reason": "Waiting for the bank"}}
TO_ME = {"code": "clients.assign_owner", "params": {"owner": "me"}}
TO_NOBODY = {"code": "clients.assign_owner", "params": {"owner": "nobody"}}
IN_A_MONTH = {"code": "documents.set_due", "params": {"days": 30}}


def steps(actor: Actor, *rows: object) -> tuple[Call, ...]:
    """The steps, as a macro would keep them."""
    return parse_steps(actor, list(rows))


def a_source(title: str = "Waiting for the client") -> Source:
    """Something the steps are written in."""
    return Source(kind="snippets.snippet", id=uuid7(), number=1, title=title)


def a_request(actor: Actor) -> DocumentRequest:
    """A sent request, for running work, for a client of its own: steps about all three can be run from it."""
    client = make_client(actor)
    return make_request(actor, client=client, engagement_id=make_engagement(actor, client).pk)


def a_macro(actor: Actor, *rows: dict[str, object], title: str = "Waiting for the client") -> Snippet:
    """A snippet in use that everybody of the firm has, with follow-up steps."""
    return make_snippet(
        actor, title=title, description="When nothing comes", reach=Snippet.Reach.FIRM, steps=rows
    )


def a_run(actor: Actor) -> MacroRun:
    """A request of its own, due in a month."""
    return run_macro(actor, a_request(actor), steps(actor, IN_A_MONTH), source=a_source())


def _target(actor: Actor) -> dict[str, object]:
    return {"kind": "documents.documentrequest", "pk": a_request(actor).pk}


def _looking(actor: Actor) -> dict[str, object]:
    return {**_target(actor), "macro": a_macro(actor, IN_A_MONTH).pk}


def _run(actor: Actor) -> dict[str, object]:
    return {"pk": a_run(actor).pk}


EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "macros:choose": _target,
    "macros:look": _looking,
    "macros:run": _looking,
    "macros:record": _run,
    "macros:undo": _run,
}
API_EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "/macros/": lambda actor: {"pk": a_macro(actor, IN_A_MONTH).pk},
    "/macros/runs/": _run,
}
