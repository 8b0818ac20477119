"""Snippets to choose from, in a few words."""

from dataclasses import dataclass
from uuid import UUID

from firmament.kernel.policies.decide import visible
from firmament.kernel.tenancy.actor import Actor
from firmament.modules.snippets.models import Snippet, SnippetQuerySet
from firmament.modules.snippets.policies import Can


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetCard:
    """A snippet in a few words. `reach`: who has it; `instead_of`: what it took the place of, where that was meant."""

    id: UUID
    title: str
    key: str
    shortcut: str
    description: str
    state: str
    reach: str
    instead_of: str = ""


def usable_snippets(actor: Actor) -> SnippetQuerySet:
    """What this person may insert now."""
    found: SnippetQuerySet = Snippet.objects.filter(visible(actor, Can.USE, Snippet))
    return found


def find_snippets(actor: Actor, text: str = "", *, limit: int = 20) -> list[SnippetCard]:
    """Snippets to choose from: those the actor has and that are not archived, by title."""
    rows = Snippet.objects.visible_to(actor).standing().filter(title__icontains=text.strip())
    return cards_of(rows.order_by("title", "pk")[:limit])


def in_its_place(actor: Actor, shortcut: str) -> tuple[str, UUID] | None:
    """What took the place of the snippet that this shortcut meant, or of that in its turn: the old title, the new id."""
    replaced = Snippet.objects.visible_to(actor).filter(shortcut=shortcut, state=Snippet.State.DEPRECATED)
    old = replaced.nearest_first(actor.membership_id).first()
    meant, seen = old, set()
    while meant is not None and meant.state == Snippet.State.DEPRECATED and meant.pk not in seen:
        seen.add(meant.pk)
        meant = Snippet.objects.filter(pk=meant.replacement_id).first()
    return (old.title, meant.pk) if old is not None and meant is not None else None


def cards_of(rows: SnippetQuerySet) -> list[SnippetCard]:
    """These in a few words, in their order."""
    return [
        SnippetCard(
            id=row.pk,
            title=row.title,
            key=row.key,
            shortcut=row.shortcut,
            description=row.description,
            state=row.state,
            reach=row.get_reach_display(),
        )
        for row in rows.only("pk", "title", "key", "shortcut", "description", "state", "reach")
    ]
