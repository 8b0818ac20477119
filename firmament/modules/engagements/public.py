"""What other rooms may ask about engagements: ids in, frozen facts out; with an actor, only what that actor may see."""

from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from firmament.kernel.tenancy.actor import Actor
from firmament.modules.engagements.actions import delete_with_client
from firmament.modules.engagements.models import Engagement
from firmament.modules.engagements.reports import (
    answered_for,
    client_panel,
    engagement_ids,
    engagement_words,
    unfinished_work,
)

__all__ = [
    "EngagementCard",
    "answered_for",
    "client_panel",
    "delete_with_client",
    "engagement_cards",
    "engagement_ids",
    "engagement_words",
    "find_engagements",
    "unfinished_work",
    "visible_engagement",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementCard:
    """A piece of agreed work. `lead_id` is a membership."""

    id: UUID
    client_id: UUID
    title: str
    state: str
    lead_id: UUID | None


def engagement_cards(actor: Actor, client_id: UUID) -> list[EngagementCard]:
    """The open engagements of a client that the actor may see, newest first."""
    rows = Engagement.objects.visible_to(actor).open().order_by("-created_at", "-pk")
    return _read(rows.filter(client_id=client_id))


def find_engagements(actor: Actor, text: str = "", *, limit: int = 20) -> list[EngagementCard]:
    """Open engagements to choose from: those the actor may see, by title."""
    rows = Engagement.objects.visible_to(actor).open().filter(title__icontains=text.strip())
    return _read(rows.order_by("title", "pk")[:limit])


def visible_engagement(actor: Actor, engagement_id: UUID) -> EngagementCard | None:
    """One engagement, if there is one that the actor may see."""
    return next(iter(_read(Engagement.objects.visible_to(actor).filter(pk=engagement_id))), None)


def _read(rows: "QuerySet[Any]") -> list[EngagementCard]:
    return [EngagementCard(**row) for row in rows.values(*(field.name for field in fields(EngagementCard)))]
