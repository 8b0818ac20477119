"""What happens to engagements: how one begins, goes on and ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Changed, Event, Text

ENGAGEMENT: Mapping[str, str] = {"client_id": "clients.client", "engagement_id": "engagements.engagement"}
TITLE = frozenset({"title"})
TITLE_AND_REASON = frozenset({"title", "reason"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutEngagement(Event):
    """Everything here is about one engagement of one client. Without a sentence it only gathers fields."""

    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = ENGAGEMENT
    personal: ClassVar[frozenset[str]] = TITLE

    client_id: UUID
    engagement_id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementCreated(AboutEngagement):
    sentence: ClassVar[Text] = _("drafted the engagement {title}")
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement_created",)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementChanged(Changed):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = ENGAGEMENT
    personal: ClassVar[frozenset[str]] = frozenset({"title", "changes"})
    sentence: ClassVar[Text] = _("changed the engagement {title}")
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement_changed",)

    client_id: UUID
    engagement_id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementStarted(AboutEngagement):
    sentence: ClassVar[Text] = _("started the engagement {title}")
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement_started",)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementPaused(AboutEngagement):
    personal: ClassVar[frozenset[str]] = TITLE_AND_REASON
    sentence: ClassVar[Text] = _("paused the engagement {title}: {reason}")
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement_paused",)

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementResumed(AboutEngagement):
    sentence: ClassVar[Text] = _("resumed the engagement {title}")
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement_resumed",)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementCompleted(AboutEngagement):
    sentence: ClassVar[Text] = _("completed the engagement {title}")
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement_completed",)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementCanceled(AboutEngagement):
    personal: ClassVar[frozenset[str]] = TITLE_AND_REASON
    sentence: ClassVar[Text] = _("canceled the engagement {title}: {reason}")
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement_canceled",)

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementArchived(AboutEngagement):
    sentence: ClassVar[Text] = _("archived the engagement {title}")
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement_archived",)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementReopened(AboutEngagement):
    personal: ClassVar[frozenset[str]] = TITLE_AND_REASON
    sentence: ClassVar[Text] = _("reopened the engagement {title}: {reason}")
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement_reopened",)

    state_before: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementDiscarded(AboutEngagement):
    sentence: ClassVar[Text] = _("discarded the draft {title}")
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement_discarded",)
