"""What the firm's ledger keeps of an operator's look into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.breakglass.models import Closed, Verdict
from firmament.kernel.ledger.events import Category, Event, Text, Told

_SESSION: Mapping[str, str] = {"session_id": "breakglass.session"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRequested(Event):
    """An operator asked to look into the firm; a second one has to agree first."""

    category: ClassVar[Category] = Category.BREAK_GLASS
    targets: ClassVar[Mapping[str, str]] = _SESSION
    personal: ClassVar[frozenset[str]] = frozenset({"reason"})
    sentence: ClassVar[Text] = _("asked to look into the firm for {minutes} minutes ({ticket}): {reason}")

    session_id: UUID
    reason: str
    ticket: str
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionApproved(Event):
    """A second operator agreed."""

    category: ClassVar[Category] = Category.BREAK_GLASS
    targets: ClassVar[Mapping[str, str]] = _SESSION
    sentence: ClassVar[Text] = _("agreed that a colleague looks into the firm ({ticket})")

    session_id: UUID
    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened(Event):
    """From here on the operator reads. `emergency`: nobody agreed before; somebody looks it over afterwards."""

    category: ClassVar[Category] = Category.BREAK_GLASS
    targets: ClassVar[Mapping[str, str]] = _SESSION
    personal: ClassVar[frozenset[str]] = frozenset({"reason"})
    sentence: ClassVar[Text] = _(
        "opened the firm for reading, {minutes} minutes at most ({ticket}): {reason}"
    )

    session_id: UUID
    reason: str
    ticket: str
    minutes: int
    emergency: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRead(Event):
    """One page was asked for. `page` is the page's name, `path` its address with what it was asked."""

    category: ClassVar[Category] = Category.BREAK_GLASS
    targets: ClassVar[Mapping[str, str]] = _SESSION
    sentence: ClassVar[Text] = _("read “{page}” as an operator ({path})")

    session_id: UUID
    page: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionClosed(Event):
    """The session ended, or was put aside before it began; `how` is a `models.Closed`."""

    category: ClassVar[Category] = Category.BREAK_GLASS
    targets: ClassVar[Mapping[str, str]] = _SESSION
    sentence: ClassVar[Text] = _("ended an operator’s session ({how}, {ticket})")
    told: ClassVar[Told] = {"how": Closed}

    session_id: UUID
    ticket: str
    how: str
    begun: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionReviewed(Event):
    """Somebody else looked over what was read."""

    category: ClassVar[Category] = Category.BREAK_GLASS
    targets: ClassVar[Mapping[str, str]] = _SESSION
    personal: ClassVar[frozenset[str]] = frozenset({"note"})
    sentence: ClassVar[Text] = _("looked over an operator’s session ({ticket}): {verdict}")
    told: ClassVar[Told] = {"verdict": Verdict}

    session_id: UUID
    ticket: str
    verdict: str
    note: str
