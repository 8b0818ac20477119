"""What happens to an approval, aimed at the object it is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Event, Text

TARGETS = {"object_id": "{kind}", "approval_id": "approvals.approval"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalEvent(Event):
    """Which approval, of what. Without a sentence it only gathers fields for the others."""

    category: ClassVar[Category] = Category.DOCUMENTS
    targets: ClassVar[Mapping[str, str]] = TARGETS

    approval_id: UUID
    kind: str
    object_id: UUID
    number: int
    checksum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalAsked(ApprovalEvent):
    personal: ClassVar[frozenset[str]] = frozenset({"note"})
    sentence: ClassVar[Text] = _("asked for approval of version {number}")

    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalGiven(ApprovalEvent):
    """`complete`: with this one there were enough."""

    personal: ClassVar[frozenset[str]] = frozenset({"comment"})
    sentence: ClassVar[Text] = _("approved version {number}")

    comment: str
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRefused(ApprovalEvent):
    personal: ClassVar[frozenset[str]] = frozenset({"comment"})
    sentence: ClassVar[Text] = _("sent version {number} back: {comment}")

    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalWithdrawn(ApprovalEvent):
    sentence: ClassVar[Text] = _("took back the question for approval of version {number}")
