"""How an engagement ends, and what happens afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Event, Text

_ENGAGEMENT = {"client_id": "clients.client", "engagement_id": "engagements.engagement"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementCompleted(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _ENGAGEMENT
    personal: ClassVar[frozenset[str]] = frozenset({"title"})
    sentence: ClassVar[Text] = _("completed the engagement {title}")
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement_completed",)

    client_id: UUID
    engagement_id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementCanceled(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _ENGAGEMENT
    personal: ClassVar[frozenset[str]] = frozenset({"title", "reason"})
    sentence: ClassVar[Text] = _("canceled the engagement {title}: {reason}")
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement_canceled",)

    client_id: UUID
    engagement_id: UUID
    title: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementArchived(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _ENGAGEMENT
    personal: ClassVar[frozenset[str]] = frozenset({"title"})
    sentence: ClassVar[Text] = _("archived the engagement {title}")
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement_archived",)

    client_id: UUID
    engagement_id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementReopened(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _ENGAGEMENT
    personal: ClassVar[frozenset[str]] = frozenset({"title", "reason"})
    sentence: ClassVar[Text] = _("reopened the engagement {title}: {reason}")
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement_reopened",)

    client_id: UUID
    engagement_id: UUID
    title: str
    state_before: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementDiscarded(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _ENGAGEMENT
    personal: ClassVar[frozenset[str]] = frozenset({"title"})
    sentence: ClassVar[Text] = _("discarded the draft {title}")
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement_discarded",)

    client_id: UUID
    engagement_id: UUID
    title: str
