"""What changes which powers are kept apart. Beside `events.py`, which is full."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Event, Text

PAIR: Mapping[str, str] = {"pair_id": "policies.dutypair"}
PAIR_AND_PERSON: Mapping[str, str] = {**PAIR, "membership_id": "tenancy.membership"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DutiesParted(Event):
    """Two powers are to be kept apart. `in_force` is False while somebody still has both."""

    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = PAIR
    sentence: ClassVar[Text] = _("said that “{first}” and “{second}” are kept apart")

    pair_id: UUID
    first: str
    second: str
    powers: tuple[str, ...]
    kind: str
    reason: str
    in_force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DutiesEnforced(Event):
    """The last who had both is exempt, or has one of them no more."""

    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = PAIR
    sentence: ClassVar[Text] = _("put in force that “{first}” and “{second}” are kept apart")

    pair_id: UUID
    first: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DutiesJoined(Event):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = PAIR
    sentence: ClassVar[Text] = _("said that “{first}” and “{second}” need not be kept apart any more")

    pair_id: UUID
    first: str
    second: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyExempted(Event):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = PAIR_AND_PERSON
    personal: ClassVar[frozenset[str]] = frozenset({"person", "reason"})
    sentence: ClassVar[Text] = _("exempted {person} from keeping “{first}” and “{second}” apart")

    pair_id: UUID
    membership_id: UUID
    first: str
    second: str
    person: str
    reason: str
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyExemptionEnded(Event):
    """Before its time was over."""

    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = PAIR_AND_PERSON
    personal: ClassVar[frozenset[str]] = frozenset({"person"})
    sentence: ClassVar[Text] = _("ended that {person} need not keep “{first}” and “{second}” apart")

    pair_id: UUID
    membership_id: UUID
    first: str
    second: str
    person: str
