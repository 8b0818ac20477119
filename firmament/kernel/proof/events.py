"""What happens to the proof itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Event, Outcome, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRotated(Event):
    """Checkpoints are signed with another key from now on. `old_key` is empty where the old one had been lost."""

    category: ClassVar[Category] = Category.CONFIGURATION
    sentence: ClassVar[Text] = _("changed the key that signs the audit trail to {new_key}")

    old_key: str
    new_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationAsked(Event):
    """Somebody wants to know now whether the trail is whole."""

    category: ClassVar[Category] = Category.DATA_ACCESS
    sentence: ClassVar[Text] = _("asked to verify the audit trail")

    user_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFoundBroken(Event):
    """A verification found that the trail is not as it was. `first` says in words which entry and what happened."""

    category: ClassVar[Category] = Category.SYSTEM
    targets: ClassVar[Mapping[str, str]] = {"verification_id": "proof.verification"}
    ends_as: ClassVar[Outcome] = Outcome.FAILED
    sentence: ClassVar[Text] = _("found the audit trail changed: {first}")

    verification_id: UUID
    faults: int
    first: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFoundSound(Event):
    """A verification found everything as it was."""

    category: ClassVar[Category] = Category.SYSTEM
    targets: ClassVar[Mapping[str, str]] = {"verification_id": "proof.verification"}
    sentence: ClassVar[Text] = _("verified the audit trail: {size} entries, nothing was changed")

    verification_id: UUID
    size: int
