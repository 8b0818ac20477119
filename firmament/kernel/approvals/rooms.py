"""What a page over all rooms asks of each: how it decides on one of its things, and how such a thing reads.

A room names both by its AppConfig, by dotted path:

    approval_deciders = {"snippets.snippet": "firmament.modules.snippets.actions.governing.decide_snippet"}
    approval_words = {"snippets.snippet": "firmament.kernel.web.wording_pages.words_of"}

The first is called as `decide_snippet(actor, snippet, approval, verdict=…, comment=…)` and does what follows from the
verdict too; the second takes a version's content and gives its texts by the labels that people know.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.apps import apps
from django.utils.module_loading import import_string

from firmament.kernel.approvals.actions import decide
from firmament.kernel.approvals.models import Approval
from firmament.kernel.approvals.policy import approval_policy
from firmament.kernel.tenancy.actor import Actor


def decide_in_its_room(actor: Actor, approval: Approval, *, verdict: str, comment: str = "") -> None:
    """Answer a question as the room of the thing does. A room that names nothing has nothing that would follow."""
    decider = _named("approval_deciders", approval.kind)
    if decider is None:
        decide(actor, approval, verdict=verdict, comment=comment)
        return
    subject = approval_policy(approval.kind).model.objects.get(pk=approval.object_id)
    decider(actor, subject, approval, verdict=verdict, comment=comment)


def words_in_its_room(kind: str) -> Callable[[Mapping[str, Any]], Mapping[str, str]] | None:
    """How a version of this kind reads, field by field; None where its room does not say."""
    return _named("approval_words", kind)


def _named(attribute: str, kind: str) -> Callable[..., Any] | None:
    for config in apps.get_app_configs():
        place = getattr(config, attribute, {}).get(kind)
        if place:
            found: Callable[..., Any] = import_string(place)
            return found
    return None
