"""What happens to an engagement."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Changed, Event, Text

_ENGAGEMENT = {"client_id": "clients.client", "engagement_id": "engagements.engagement"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementCreated(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _ENGAGEMENT
    personal: ClassVar[frozenset[str]] = frozenset({"title"})
    sentence: ClassVar[Text] = _("drafted the engagement {title}")
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement_created",)

    client_id: UUID
    engagement_id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementChanged(Changed):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _ENGAGEMENT
    personal: ClassVar[frozenset[str]] = frozenset({"title", "changes"})
    sentence: ClassVar[Text] = _("changed the engagement {title}")
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement_changed",)

    client_id: UUID
    engagement_id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementStarted(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _ENGAGEMENT
    personal: ClassVar[frozenset[str]] = frozenset({"title"})
    sentence: ClassVar[Text] = _("started the engagement {title}")
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement_started",)

    client_id: UUID
    engagement_id: UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementPaused(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _ENGAGEMENT
    personal: ClassVar[frozenset[str]] = frozenset({"title", "reason"})
    sentence: ClassVar[Text] = _("paused the engagement {title}: {reason}")
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement_paused",)

    client_id: UUID
    engagement_id: UUID
    title: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementResumed(Event):
    category: ClassVar[Category] = Category.CLIENTS
    targets: ClassVar[Mapping[str, str]] = _ENGAGEMENT
    personal: ClassVar[frozenset[str]] = frozenset({"title"})
    sentence: ClassVar[Text] = _("resumed the engagement {title}")
    formerly: ClassVar[tuple[str, ...]] = ("clients.engagement_resumed",)

    client_id: UUID
    engagement_id: UUID
    title: str
