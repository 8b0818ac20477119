"""What tests of this room, and of those below it, begin with; made through the actions."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from firmament.kernel.approvals.models import Approval
from firmament.kernel.labels.folders import make_folder
from firmament.kernel.labels.tags import tag_names
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, Membership
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.wording.fields import parse_schema
from firmament.kernel.wording.filling import Filled, Place, fill_wording
from firmament.modules.snippets.actions import writing
from firmament.modules.snippets.actions.governing import activate_snippet, ask_approval, decide_snippet
from firmament.modules.snippets.actions.sharing import share_snippet
from firmament.modules.snippets.actions.writing import AREA, Draft, create_snippet
from firmament.modules.snippets.models import Snippet, SnippetGrant, SnippetTag, SnippetVersion
from firmament.modules.snippets.reports.wording import wording_of

_serial = count(1)


def make_draft(body: str = "Good day.", *, fields: list[dict[str, Any]] | None = None, **said: Any) -> Draft:
    """What somebody would type into the form: an internal note of their own unless it is said otherwise."""
    number = next(_serial)
    draft = Draft(
        title=f"Snippet {number}",
        key=f"snippet-{number}",
        bodies={"en": body},
        fields=parse_schema(fields or []),
    )
    return replace(draft, **said)


def make_snippet(actor: Actor, body: str = "Good day.", *, used: bool = True, **said: Any) -> Snippet:
    """A snippet in use, or the draft of one; where clients read it, Ada has approved it."""
    snippet = create_snippet(actor, make_draft(body, **said))
    if not used:
        return snippet
    if snippet.needs_approval:
        approve(staff_actor("ada@acme.example"), snippet, asking=actor)
    else:
        activate_snippet(actor, snippet)
    snippet.refresh_from_db()
    return snippet


def approve(actor: Actor, snippet: Snippet, *, asking: Actor) -> None:
    """Put its latest version in use with the word of somebody else."""
    approval = ask_approval(asking, snippet)
    decide_snippet(actor, snippet, approval, verdict="approve")


def draft_of(snippet: Snippet, **said: Any) -> Draft:
    """The snippet as it stands, with what is to be different."""
    tags = tag_names(SnippetTag, snippet)
    return replace(writing.draft_of(snippet, SnippetVersion.objects.latest_of(snippet), tags), **said)


def fill(
    actor: Actor, snippet: Snippet, *, values: Mapping[str, object], place: Place, number: int | None = None
) -> Filled:
    """The version in use, or the one of this number, filled in."""
    return fill_wording(actor, wording_of(snippet, number=number), values=values, place=place)


def furnish() -> None:
    """A snippet that everybody of Acme has, and one of Globex."""
    with firm_transaction(Firm.objects.get(slug="acme").pk):
        alice = staff_actor("alice@acme.example")
        folder = make_folder(alice, area=AREA, name="Letters")
        snippet = make_snippet(
            alice,
            "Thank you, {{ client.name }}.",
            title="Thanks",
            key="thanks",
            shortcut="ty",
            reach=Snippet.Reach.FIRM,
            contexts=("email", "message"),
            folder_id=folder.pk,
        )
        bob = Membership.objects.get(user__email="bob@acme.example")
        share_snippet(alice, snippet, bob, level="use")
    with firm_transaction(Firm.objects.get(slug="globex").pk):
        make_snippet(staff_actor("gina@globex.example"), title="Globex only", key="globex-only")


def thanks() -> Snippet:
    """Acme's snippet that everybody of the firm has."""
    found: Snippet = Snippet.objects.get(key="thanks")
    return found


def waiting_approval(snippet: Snippet) -> Approval:
    """The question that waits about it."""
    found: Approval = Approval.objects.pending().get(object_id=snippet.pk)
    return found


def _snippet(actor: Actor) -> dict[str, object]:
    return {"pk": thanks().pk}


def _version(actor: Actor) -> dict[str, object]:
    return {**_snippet(actor), "number": 1}


def _step(actor: Actor) -> dict[str, object]:
    return {**_snippet(actor), "step": "archive"}


def _share(actor: Actor) -> dict[str, object]:
    return {"pk": SnippetGrant.objects.get(snippet=thanks()).pk}


EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    **dict.fromkeys(
        (
            "snippets:snippet",
            "snippets:snippet_preview",
            "snippets:snippet_history",
            "snippets:snippet_edit",
            "snippets:snippet_ask",
            "snippets:snippet_withdraw",
            "snippets:snippet_approve",
            "snippets:snippet_send_back",
            "snippets:snippet_replace",
            "snippets:snippet_restore",
            "snippets:snippet_share",
        ),
        _snippet,
    ),
    "snippets:snippet_step": _step,
    "snippets:share_take_back": _share,
}
API_EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "/snippets/": _version,
    "/snippets/shares/": _share,
}
